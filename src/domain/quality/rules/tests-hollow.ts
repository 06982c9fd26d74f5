import type { ChangedFile, JudgedWork } from "../judged-work/changed-file.ts";
import { isTestFile } from "../judged-work/path-kinds.ts";
import type { RuleFinding } from "./quality-rules.ts";
import { isAssertion, isTestCase } from "./test-cases.ts";

/** New tests that can't fail because of the code: they run none of it, or expect what it just said. */
export function testsHollow(work: JudgedWork): readonly RuleFinding[] {
  const tests = work.changes.filter(({ path, status }) => status === "added" && isTestFile(path));
  return tests.flatMap((file) => {
    const what = runsNothing(file)
      ? "runs nothing of the project"
      : expectsItself(file)
        ? "compares the code with itself"
        : "";
    if (what === "") return [];
    const message = `${file.path} ${what}, so that it passes whatever the code does. Test what the task asks for.`;
    return [{ code: "tests-weakened" as const, path: file.path, message }];
  });
}

/** Whatever brings in, starts, opens or asks something. */
const reaches =
  /\bfrom\s+["'](?:[.#~@/]|[a-z][\w-]*\/)|\bimport\s*\(?\s*["'][.#~@/]|\b(?:require|mock|import_module|load|resolve)\w*\s*\(\s*["'`]|\b(?:spawn|exec|fork|run|fetch|request|goto|visit|render|readFile|open|createServer|describe\.each)\w*\s*\(|\bURL\(|\bimport\.meta|\$`|\bglobalThis|\bwindow\b|\bdocument\b/;
const brings = /\bfrom\s+["'](?!node:|vitest|@jest|mocha|chai|ava|tap|sinon|@testing)/;

function runsNothing({ path, text }: ChangedFile): boolean {
  const code = text?.after ?? "";
  if (!/\.[cm]?[jt]sx?$/.test(path) || !code.split("\n").some(isTestCase)) return false;
  return /\b(?:import|require)\b/.test(code) && !reaches.test(code) && !brings.test(code);
}

const kept = /^\s*(?:(?:const|let|var)\s+)?(\w+)\s*:?=\s*(?:await\s+)?([\w.]+\([^\n]*\))\s*;?\s*$/;

/** `const expected = total(lines)`, then `equal(total(lines), expected)`; or the same call on both sides. */
function expectsItself({ text }: ChangedFile): boolean {
  const lines = (text?.after ?? "").split("\n");
  const bare = (line: string): string => line.replaceAll(/\s|\bawait\b/g, "");
  const known = lines.flatMap((line) => {
    const [, name = "", call = ""] = kept.exec(line) ?? [];
    return /^(?:want|wanted|expected|exp|golden)\w*$/i.test(name) ? [{ name, call: bare(call) }] : [];
  });
  const asserted = lines
    .filter((line) => isAssertion(line) && !/^\s*(?:import|from)\b|\brequire\(/.test(line))
    .map(bare);
  if (asserted.length === 0) return false;
  const isSame = (line: string): boolean =>
    /[(]([\w.]+\([^()]*\)),\1[),]/.test(line) ||
    known.some(
      ({ name, call }) => line.includes(call) && new RegExp(String.raw`\b${name}\b`).test(line.replace(call, "")),
    );
  return asserted.every(isSame);
}
