import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkLayers, type LayerRule } from "../../scripts/check-layers.ts";
import { layerMarkdown, layers } from "../../scripts/layer-table.ts";
import { plantTree, projectRoot } from "./planted-tree.ts";

const isFile = (layer: string): boolean => layer === "compose" || layer === "index";
const fileIn = (layer: string, name: string): string => (isFile(layer) ? `src/${layer}.ts` : `src/${layer}/${name}.ts`);
const guide = join(projectRoot, "CONTRIBUTING.md");

async function violationsOf(file: string, source: string) {
  await using tree = await plantTree({ [file]: source });
  return checkLayers(tree.root);
}

describe("the layer check", () => {
  it.each<[string, string, string, LayerRule]>([
    ["the domain using node:fs", "src/domain/x.ts", 'import { readFile } from "node:fs";', "layers/package"],
    ["the domain using another package", "src/domain/plan/x.ts", 'import "execa";', "layers/package"],
    ["the domain importing state", "src/domain/plan/x.ts", 'import { a } from "../../state/a.ts";', "layers/import"],
    ["a type-only import", "src/domain/x.ts", 'import type { A } from "../state/a.ts";', "layers/import"],
    ["an inline type import", "src/domain/x.ts", 'type A = import("../state/a.ts").A;', "layers/import"],
    ["a re-export", "src/domain/x.ts", 'export * from "../state/a.ts";', "layers/import"],
    ["a re-export of types", "src/domain/x.ts", 'export type {\n  A,\n} from "../state/a.ts";', "layers/import"],
    ["a dynamic import", "src/domain/x.ts", 'const a = await import("../state/a.ts");', "layers/import"],
    [
      "a dynamic import with a template",
      "src/domain/x.ts",
      "const a = await import(`../state/a.ts`);",
      "layers/import",
    ],
    [
      "a dynamic import in a comment's company",
      "src/domain/x.ts",
      '/* why */ void import("../state/a.ts");',
      "layers/import",
    ],
    [
      "a dynamic import of an unknown name",
      "src/state/x.ts",
      'const a = await import("../dom" + b);',
      "layers/dynamic",
    ],
    ["a require", "src/domain/x.ts", 'const a = require("../state/a.ts");', "layers/import"],
    [
      "an adapter importing orchestration",
      "src/agents/fake/x.ts",
      'import "../../orchestration/a.ts";',
      "layers/import",
    ],
    ["an adapter importing its neighbour", "src/agents/fake/x.ts", 'import "../claude-code/a.ts";', "layers/sibling"],
    ["a port importing an adapter", "src/agents/port.ts", 'import "./fake/a.ts";', "layers/sibling"],
    ["a pattern importing a pattern", "src/patterns/review.ts", 'import { a } from "./fan-out.ts";', "layers/sibling"],
    ["a face importing stores", "src/cli/x.ts", 'import { sqlite } from "../stores/sqlite/a.ts";', "layers/import"],
    [
      "a face importing a store's port",
      "src/http/x.ts",
      'import type { Store } from "../stores/port.ts";',
      "layers/import",
    ],
    ["a face other than the CLI importing compose", "src/mcp/x.ts", 'import "../compose.ts";', "layers/import"],
    ["orchestration importing an adapter", "src/orchestration/x.ts", 'import "../agents/fake/a.ts";', "layers/import"],
    ["source that imports tests", "src/state/x.ts", 'import "../../test/gates/a.ts";', "layers/outside"],
    ["the package importing itself by name", "src/state/x.ts", 'import { a } from "tutti";', "layers/outside"],
    ["a subpath alias", "src/state/x.ts", 'import { a } from "#cli/a";', "layers/outside"],
  ])("reports %s", async (_what, file, source, rule) => {
    expect(await violationsOf(file, `// first line\n${source}\n`)).toEqual([
      { file, line: 2, rule, message: expect.any(String) as string },
    ]);
  });

  it("says where an import stands and what would be allowed", async () => {
    const source =
      'import { z } from "zod";\n\nimport {\n  a,\n} from "../domain/a.ts";\nimport { b } from "../cli/b.ts";\n';
    expect(await violationsOf("src/simulator/x.ts", source)).toEqual([
      {
        file: "src/simulator/x.ts",
        line: 6,
        rule: "layers/import",
        message: "simulator may not import src/cli/b.ts; allowed: domain",
      },
    ]);
  });

  it("refuses a folder that the table does not know", async () => {
    expect(await violationsOf("src/misc/x.ts", "export const a = 1;")).toMatchObject([
      { file: "src/misc/x.ts", rule: "layers/unknown" },
    ]);
  });

  it("does not take comments for imports", async () => {
    const source =
      '/**\n * import { a } from "../state/a.ts";\n */\n// import("../state/a.ts")\nexport const a = 1; // from "../state"\n';
    expect(await violationsOf("src/domain/x.ts", source)).toEqual([]);
  });

  it("lets tests and their fixtures import anything", async () => {
    expect(await violationsOf("src/domain/x.test.ts", 'import "../state/a.ts";')).toEqual([]);
    expect(await violationsOf("src/domain/x.fixture.ts", 'import "../state/a.ts";')).toEqual([]);
  });

  it.each(layers.map((layer) => [layer.name, layer] as const))(
    "holds %s to its row for every other layer",
    async (from, layer) => {
      const others = layers.map(({ name }) => name).filter((name) => name !== from);
      const up = isFile(from) ? "." : "..";
      const source = others.map((other) => `import "${up}/${fileIn(other, "some").slice("src/".length)}";`).join("\n");
      const violations = await violationsOf(fileIn(from, "planted"), source);
      const refused = others.filter((other) => !layer.mayImport.includes(other) && !layer.mayImport.includes("*"));
      expect(violations.map(({ line }) => others[line - 1])).toEqual(refused);
    },
  );

  it("lets what puts patterns together import them", async () => {
    const source = 'import { a } from "../fan-out.ts";\nimport { b } from "../saga/saga.ts";\n';
    expect(await violationsOf("src/patterns/complex/complex.ts", source)).toEqual([]);
  });

  it("finds this repository clean", () => {
    expect(checkLayers(projectRoot)).toEqual([]);
  });

  it.runIf(existsSync(guide))("is what the contributors' guide shows", () => {
    expect(readFileSync(guide, "utf8")).toContain(layerMarkdown().trim());
  });
});
