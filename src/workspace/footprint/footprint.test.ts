import { expect, it } from "vitest";
import { outsideFootprint, protectedPaths } from "./footprint.ts";

it.each([
  { globs: [], outside: [] },
  { globs: ["src"], outside: ["README.md", ".env", "srcs/x.ts"] },
  { globs: ["src/", "./README.md"], outside: [".env", "srcs/x.ts"] },
  { globs: ["src/**/*.ts"], outside: ["README.md", ".env", "srcs/x.ts", "src/.hidden/y"] },
  { globs: ["**"], outside: [] },
  { globs: ["*"], outside: [] },
  { globs: ["*.md"], outside: ["src/a.ts", "src/deep/b.ts", ".env", "srcs/x.ts", "src/.hidden/y"] },
])("finds what lies outside $globs", ({ globs, outside }) => {
  const paths = ["src/a.ts", "src/deep/b.ts", "README.md", ".env", "srcs/x.ts", "src/.hidden/y"];
  expect(outsideFootprint(paths, globs)).toEqual(outside);
});

it("protects the files that decide what agents may do, at any depth and in any case", () => {
  const decide = [".claude/settings.json", "pkg/.claude/agents/x.md", ".mcp.json", "CLAUDE.md", "docs/claude.md"];
  const ours = [".tutti/breakpoints.yaml", ".tutti/templates/worker.md.j2", "tutti.config.yaml"];
  const others = ["src/claude.ts", "CLAUDE.md.bak", ".claudeignore", "src/tutti.config.ts", "docs/tutti.md"];
  expect(protectedPaths([...decide, ...ours, ...others])).toEqual([...decide, ...ours]);
});
