import { describe, expect, it } from "vitest";

import type { ChangedFile, JudgedWork } from "../judged-work/changed-file.ts";
import { constructsMissing } from "./claimed-constructs.ts";
import { failuresHidden } from "./failures-hidden.ts";
import { knownMistakes } from "./known-mistakes.ts";
import { neverUsed } from "./never-used.ts";
import { testsHollow } from "./tests-hollow.ts";

const linesOf = (text: string) => text.split("\n").map((line, index) => ({ number: index + 1, text: line }));

const file = (path: string, after: string, status: "added" | "modified" = "modified"): ChangedFile => ({
  path,
  status,
  kind: "file",
  isBinary: false,
  sizeBytes: after.length,
  text: { before: "", after, added: linesOf(after), removed: [] },
});

const work = (prompt: string, changes: readonly ChangedFile[], agentText = "Done."): JudgedWork => {
  const task = { title: "", prompt, acceptance: [], expectedOutputs: [], contextFiles: [] };
  return { task, changes, agentText, gateCommands: [] };
};

describe("what was added and is never used", () => {
  it.each([
    [
      "a parameter that is thrown away",
      "a.go",
      "func Get(ctx context.Context, url string) {\n\t_ = ctx\n\tget(url)\n}\n",
      "",
    ],
    [
      "a collection that is only filled",
      "a.py",
      "_cache = {}\ndef rate(pair):\n    value = ask(pair)\n    _cache[pair] = value\n    return value\n",
      "",
    ],
    ["code behind a constant that is false", "a.js", "const compress = false;\nif (compress && big) zip();\n", ""],
    [
      "a parameter that the task asks for",
      "a.js",
      "export function list({ limit = 9, after } = {}) {\n  return all.slice(0, limit);\n}\n",
      "Take `after`.",
    ],
    [
      "a matrix",
      ".github/workflows/test.yml",
      "jobs:\n  test:\n    strategy:\n      matrix:\n        node: [20, 22]\n",
      "",
    ],
  ])("is seen: %s", (_name, path, after, prompt) => {
    expect(neverUsed(work(prompt, [file(path, after)])).map(({ code }) => code)).toEqual(["never-used"]);
  });

  it.each([
    [
      "a collection that is read",
      "a.js",
      "const known = new Map();\nconst get = (key) => known.get(key) ?? make(key);\nknown.set(1, 2);\n",
      "",
    ],
    [
      "globs that look like a comment",
      "a.ts",
      'const a = "src/**";\nconst known = new Map();\nknown.set(1, known.get(2));\nconst b = "test/*/";\n',
      "",
    ],
    ["a switch that somebody turns", "a.js", "let isOpen = false;\nif (isOpen) close();\nisOpen = true;\n", ""],
    [
      "a switch that was asked for",
      "a.js",
      "const compress = false;\nif (compress) zip();\n",
      "Behind a flag that is off.",
    ],
    [
      "the default of a parameter",
      "a.ts",
      "function ask({\n  allowNone = false\n}) {\n  if (allowNone) none();\n}\n",
      "",
    ],
    ["a parameter that is used", "a.py", "def load(url, after=None):\n    return get(url, after)\n", "Take after."],
    [
      "a matrix that is used",
      ".github/workflows/test.yml",
      "jobs:\n  test:\n    strategy:\n      matrix:\n        node: [20, 22]\n    with: { node: '${{ matrix.node }}' }\n",
      "",
    ],
  ])("is not %s", (_name, path, after, prompt) => {
    expect(neverUsed(work(prompt, [file(path, after)]))).toEqual([]);
  });

  it("may be a whole file beside the program that the task is about", () => {
    const beside = [file("src/validate.ts", "export const validate = () => {};\n", "added")];
    expect(neverUsed(work("createOrder() in src/orders.ts must refuse it.", beside))).toHaveLength(1);
    expect(neverUsed(work("Write a new module beside src/orders.ts.", beside))).toEqual([]);
    expect(neverUsed(work("It must be refused.", beside))).toEqual([]);
    expect(neverUsed(work("Print what bin/hello.js says.", beside))).toEqual([]);
  });
});

const head = "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n";

describe("tests that can't fail", () => {
  it.each([
    [
      "run nothing of the project",
      `${head}test('x', async () => {\n  const get = async () => 1;\n  assert.equal(await get(), 1);\n});\n`,
    ],
    [
      "expect what the code just said",
      `${head}import { total } from '../total.mjs';\ntest('x', () => {\n  const expected = total(1);\n  assert.equal(total(1), expected);\n});\n`,
    ],
    [
      "compare a call with itself",
      `${head}import { total } from '../total.mjs';\ntest('x', () => assert.equal(total(1), total(1)));\n`,
    ],
  ])("are seen: they %s", (_name, after) => {
    expect(testsHollow(work("", [file("test/a.test.mjs", after, "added")])).map(({ code }) => code)).toEqual([
      "tests-weakened",
    ]);
  });

  it.each([
    [
      "import what they test",
      `${head}import { total } from '../total.mjs';\ntest('x', () => assert.equal(total(1), 2));\n`,
    ],
    [
      "start a program",
      `${head}import { execFileSync } from 'node:child_process';\ntest('x', () => assert.equal(execFileSync('bin/a'), ''));\n`,
    ],
    [
      "look twice for the same answer, and once for the right one",
      `${head}import { a } from '../a.mjs';\ntest('x', () => {\n  assert.equal(a(1), a(1));\n  assert.equal(a(1), 4);\n});\n`,
    ],
  ])("are not those that %s", (_name, after) => {
    expect(testsHollow(work("", [file("test/a.test.mjs", after, "added")]))).toEqual([]);
  });
});

describe("mistakes that are known", () => {
  it.each([
    ["Sort them.", "a.mjs", "list.sort((a, b) => a.price > b.price);"],
    ["Escape it.", "a.mjs", "text.replace('<', '&lt;')"],
    ["Share it.", "a.rs", "unsafe impl Sync for Registry {}"],
    ["Handle it; no casts.", "a.ts", "export const line = (user: User) => (user as Required<User>).city;"],
    ["It should return an error.", "a.rs", "text.parse().unwrap_or(8080)"],
  ])("are seen: %s %s %s", (prompt, path, line) => {
    expect(knownMistakes(work(prompt, [file(path, line)])).map(({ code }) => code)).toEqual(["known-mistake"]);
  });

  it.each([
    ["Sort them.", "a.mjs", "list.sort((a, b) => (a.price > b.price ? 1 : -1));"],
    ["Show it.", "a.mjs", "text.replace('/', '-')"],
    ["Handle it; no casts.", "a.ts", 'import { a as b } from "./a.ts"; '],
    ["Handle it.", "a.ts", "const a = b as C;"],
    ["The default is 8080.", "a.rs", "text.parse().unwrap_or(8080)"],
  ])("are not: %s %s %s", (prompt, path, line) => {
    expect(knownMistakes(work(prompt, [file(path, line)]))).toEqual([]);
  });

  it("a failure that is only logged is one where somebody is to know of it", () => {
    const logged =
      "try {\n  await send();\n} catch (error) {\n  console.error('failed', error);\n}\nreturn { ok: true };\n";
    expect(failuresHidden(work("Let the caller know of a failure.", [file("a.ts", logged)]))).toHaveLength(1);
    expect(failuresHidden(work("Send it.", [file("a.ts", logged)]))).toEqual([]);
    const told = logged.replace("console.error('failed', error);", "console.error(error);\n  throw error;");
    expect(failuresHidden(work("Let the caller know of a failure.", [file("a.ts", told)]))).toEqual([]);
  });
});

describe("a quotation of code in an answer", () => {
  const says = "The migration adds `currency CHAR(3) NOT NULL DEFAULT 'EUR'` to the table.";

  it("has to stand in the change, mostly", () => {
    const short = [file("m.sql", "ALTER TABLE invoices ADD COLUMN currency CHAR(3);")];
    const whole = [file("m.sql", "ALTER TABLE invoices ADD COLUMN currency CHAR(3) NOT NULL DEFAULT 'EUR';")];
    expect(constructsMissing(work("", short, says))).toHaveLength(1);
    expect(constructsMissing(work("", whole, says))).toEqual([]);
  });
});
