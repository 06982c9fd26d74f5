import { copyFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plantTree, projectRoot, type PlantedTree } from "./planted-tree.ts";

type Planted = { readonly rule: string; readonly source: string };

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

const anyValue = 'const value: any = JSON.parse("1");\n';

/** One file for each violation; the key is the file's name below `src/state/`. */
const planted: Readonly<Record<string, Planted>> = {
  "floating.ts": {
    rule: "typescript(no-floating-promises)",
    source: "export function start(): void {\n  Promise.resolve(1);\n}\n",
  },
  "misused.ts": {
    rule: "typescript(no-misused-promises)",
    source: "export const run = (list: string[]): void => list.forEach(async () => Promise.resolve());\n",
  },
  "explicit-any.ts": { rule: "typescript(no-explicit-any)", source: "export const give = (a: any): void => void a;\n" },
  "unsafe-assignment.ts": { rule: "typescript(no-unsafe-assignment)", source: 'export const a = JSON.parse("1");\n' },
  "unsafe-call.ts": { rule: "typescript(no-unsafe-call)", source: `${anyValue}value();\n` },
  "unsafe-member.ts": { rule: "typescript(no-unsafe-member-access)", source: `${anyValue}void value.name;\n` },
  "unsafe-return.ts": {
    rule: "typescript(no-unsafe-return)",
    source: 'export const read = (): string => JSON.parse("1");\n',
  },
  "unsafe-argument.ts": {
    rule: "typescript(no-unsafe-argument)",
    source: 'export const read = (): number => Number.parseInt(JSON.parse("1"));\n',
  },
  "assertion.ts": {
    rule: "typescript(no-unsafe-type-assertion)",
    source: "export const name = (value: unknown): string => value as string;\n",
  },
  "non-null.ts": {
    rule: "typescript(no-non-null-assertion)",
    source: "export const first = (a: string[]) => a[0]!;\n",
  },
  "type-import.ts": {
    rule: "typescript(consistent-type-imports)",
    source: 'import { Stats } from "node:fs";\nexport type Size = Stats["size"];\n',
  },
  "ts-ignore.ts": { rule: "typescript(ban-ts-comment)", source: '// @ts-ignore\nexport const a: number = "1";\n' },
  "throw-text.ts": {
    rule: "typescript(only-throw-error)",
    source: 'export function fail(): never {\n  throw "no";\n}\n',
  },
  "cycle-a.ts": {
    rule: "import(no-cycle)",
    source: 'import { b } from "./cycle-b.ts";\nexport const a = (): number => b();\n',
  },
  "cycle-b.ts": {
    rule: "import(no-cycle)",
    source: 'import { a } from "./cycle-a.ts";\nexport const b = (): number => a();\n',
  },
  "cycle-type-a.ts": {
    rule: "import(no-cycle)",
    source: 'import type { B } from "./cycle-type-b.ts";\nexport type A = { readonly b?: B };\n',
  },
  "cycle-type-b.ts": {
    rule: "import(no-cycle)",
    source: 'import type { A } from "./cycle-type-a.ts";\nexport type B = { readonly a?: A };\n',
  },
  "default.ts": { rule: "import(no-default-export)", source: "export default 1;\n" },
  "long-file.ts": {
    rule: "eslint(max-lines)",
    source: lines(301, (index) => `export const a${index} = ${index};`),
  },
  "long-function.ts": {
    rule: "eslint(max-lines-per-function)",
    source: `export function add(sum: number[]): void {\n${lines(60, (index) => `  sum.push(${index});`)}\n}\n`,
  },
  "deep.ts": {
    rule: "eslint(max-depth)",
    source: `export function deep(a: boolean): void {\n${"if (a) {\n".repeat(4)}deep(a);\n${"}\n".repeat(4)}}\n`,
  },
  "parameters.ts": {
    rule: "eslint(max-params)",
    source: "export const add = (a: number, b: number, c: number, d: number): number => a + b + c + d;\n",
  },
  "console.ts": { rule: "eslint(no-console)", source: 'console.log("hello");\n' },
  "loose.ts": { rule: "eslint(eqeqeq)", source: "export const same = (a: unknown, b: unknown): boolean => a == b;\n" },
  "swallowed.ts": {
    rule: "eslint(no-empty)",
    source: "export function quiet(act: () => void): void {\n  try {\n    act();\n  } catch {}\n}\n",
  },
  "unused-disable.ts": {
    rule: "Unused oxlint-disable",
    source: "// oxlint-disable-next-line no-console\nexport const a = 1;\n",
  },
  "union.ts": {
    rule: "typescript(switch-exhaustiveness-check)",
    source: 'export function act(a: "x" | "y"): void {\n  switch (a) {\n    case "x":\n      act("y");\n  }\n}\n',
  },
  "focused.test.ts": {
    rule: "focused-tests",
    source: 'import { expect, it } from "vitest";\nit.only("adds", () => {\n  expect(1 + 1).toBe(2);\n});\n',
  },
  "empty.test.ts": {
    rule: "vitest(expect-expect)",
    source: 'import { it } from "vitest";\nit("proves nothing", () => {\n  [1].toString();\n});\n',
  },
};

const harmless = {
  "three-hundred-lines.ts": lines(300, (index) => `export const a${index} = ${index};`),
  "sixty-lines.ts": `export function add(sum: number[]): void {\n${lines(58, (index) => `  sum.push(${index});`)}\n}\n`,
  "depth-three.ts": `export function deep(a: boolean): void {\n${"if (a) {\n".repeat(3)}deep(a);\n${"}\n".repeat(3)}}\n`,
};

const answer = z.object({
  diagnostics: z.array(z.object({ code: z.string().optional(), message: z.string(), filename: z.string() })),
});

type Finding = { readonly file: string; readonly rule: string };

async function lint(cwd: string, paths: readonly string[]): Promise<readonly Finding[]> {
  const oxlint = join(projectRoot, "node_modules/.bin/oxlint");
  const { stdout } = await execa(oxlint, ["-f", "json", ...paths], { cwd, reject: false });
  return answer
    .parse(JSON.parse(stdout))
    .diagnostics.map(({ code, message, filename }) => ({ file: filename, rule: code ?? message }));
}

describe("the linter", () => {
  let tree: PlantedTree;
  let findings: readonly Finding[];

  beforeAll(async () => {
    const sources = Object.entries(planted).map(([file, { source }]) => [file, source]);
    const files = [...sources, ...Object.entries(harmless)].map(([file, source]) => [`src/state/${file}`, source]);
    tree = await plantTree(Object.fromEntries(files) as Record<string, string>);
    for (const file of [".oxlintrc.json", "tsconfig.json"])
      await copyFile(join(projectRoot, file), join(tree.root, file));
    await symlink(join(projectRoot, "node_modules"), join(tree.root, "node_modules"));
    findings = await lint(tree.root, ["src"]);
  });

  afterAll(() => tree[Symbol.asyncDispose]());

  it.each(Object.entries(planted))("reports what was planted in %s", (file, { rule }) => {
    const rules = findings.filter((finding) => finding.file === `src/state/${file}`).map((finding) => finding.rule);
    expect(rules).toContainEqual(expect.stringContaining(rule));
  });

  it.each(Object.keys(harmless))("has nothing against %s", (file) => {
    expect(findings.filter((finding) => finding.file === `src/state/${file}`)).toEqual([]);
  });
});
