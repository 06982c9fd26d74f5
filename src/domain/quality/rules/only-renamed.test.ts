import { describe, expect, it } from "vitest";

import type { ChangedFile, JudgedWork } from "../judged-work/changed-file.ts";
import { onlyRenamed } from "./only-renamed.ts";

const file = (path: string, before: string, after: string): ChangedFile => ({
  path,
  status: "modified",
  kind: "file",
  isBinary: false,
  sizeBytes: after.length,
  text: { before, after, added: [], removed: [] },
});

const codesOf = (prompt: string, ...changes: readonly ChangedFile[]): readonly string[] => {
  const task = { title: "", prompt, acceptance: [], expectedOutputs: [], contextFiles: [] };
  const work: JudgedWork = { task, changes, agentText: "Done.", gateCommands: [] };
  return onlyRenamed(work).map(({ code }) => code);
};

const slow =
  "export function unique(ids) {\n  const out = [];\n  for (const id of ids) if (!out.includes(id)) out.push(id);\n  return out;\n}\n";
const other = slow.replaceAll("out", "seen").replaceAll(/\bid\b/g, "current");

describe("a change of nothing but names", () => {
  it.each([
    ["JavaScript", "a.mjs", slow, other],
    ["with comments and blanks", "a.mjs", slow, `// A hash set.\n${other.replaceAll("  ", "\t")}`],
    [
      "Python",
      "a.py",
      "def f(a):\n    b = a + 1\n    return b\n",
      "def f(value):\n    # faster\n    total = value + 1\n    return total\n",
    ],
    [
      "Go",
      "a.go",
      "func F(a int) int {\n\tb := a + 1\n\treturn b\n}\n",
      "func F(n int) int {\n\tsum := n + 1\n\treturn sum\n}\n",
    ],
    [
      "Rust",
      "a.rs",
      "fn f(a: u8) -> u8 {\n  let b = a + 1;\n  b\n}\n",
      "fn f(n: u8) -> u8 {\n  let sum = n + 1;\n  sum\n}\n",
    ],
  ])("is seen: %s", (_name, path, before, after) => {
    expect(codesOf("Make it linear.", file(path, before, after))).toEqual(["no-substance"]);
  });

  it.each([
    [
      "another function of a library",
      "a.mjs",
      "const f = (x) => Math.floor(x);\n",
      "const f = (x) => Math.round(x);\n",
    ],
    ["arguments that changed places", "a.mjs", "const f = (a, b) => a - b;\n", "const f = (a, b) => b - a;\n"],
    [
      "another keyword",
      "a.py",
      "def f(a):\n    if a:\n        return 1\n",
      "def f(a):\n    while a:\n        return 1\n",
    ],
    [
      "a line that went into a block",
      "a.py",
      "def f(a):\n    for x in a:\n        g(x)\n    h()\n",
      "def f(b):\n    for x in b:\n        g(x)\n        h()\n",
    ],
    ["another text", "a.mjs", 'const a = "x";\n', 'const b = "y";\n'],
    ["two names that became one", "a.mjs", "const f = (a, b) => a + b;\n", "const f = (a, c) => a + a;\n"],
    ["nothing but a new comment", "a.mjs", slow, `// linear\n${slow}`],
  ])("is not %s", (_name, path, before, after) => {
    expect(codesOf("Make it linear.", file(path, before, after))).toEqual([]);
  });

  it("may be what was asked for", () => {
    expect(codesOf("Rename the variables.", file("a.mjs", slow, other))).toEqual([]);
    expect(codesOf("The consumers read `seen`.", file("a.mjs", slow, other))).toEqual([]);
  });
});
