import type { GateResult } from "../evidence.ts";
import type { ChangedFile } from "./judged-work/changed-file.ts";
import { isCode, isForTests, isTestFile, nameOf } from "./judged-work/path-kinds.ts";
import { isTestCase } from "./rules/test-cases.ts";
import type { WorkProof } from "./work-proof.ts";

export type ProofFacts = {
  /** Those that ran on the attempt; all of them let it pass. */
  readonly gates: readonly GateResult[];
  readonly changes: readonly ChangedFile[];
  /** Names of gates that fail without the change, its tests left in. */
  readonly failWithout: readonly string[];
  /** Names of gates that pass without it, too; only what was really looked at. */
  readonly passWithout: readonly string[];
  /** Tests that name a changed file, or what it declares; only asked for when the change brings no tests. */
  readonly tests: readonly string[];
  /** The task wants the code to do the same as before. */
  readonly isSameBehaviour: boolean;
};

export function proofLevel(facts: ProofFacts): WorkProof {
  const { gates, changes, failWithout, passWithout } = facts;
  if (changes.length === 0) return unproved("nothing was changed, and no gate judges an answer");
  if (failWithout.length > 0) return { level: "proved", says: `without the change ${listed(failWithout)} fails` };
  if (gates.length === 0) return unproved("no gate judged it");
  const red = gates.filter(({ isOk }) => !isOk).map(({ name }) => name);
  if (red.length === gates.length) return unproved(`${listed(red)} fails as it did before`);
  const telling = gates.filter((gate) => judges(gate, changes)).map(({ name }) => name);
  if (telling.length === 0)
    return unproved(`no gate ran it: ${listed(gates.map(({ name }) => name))} looked at its form`);
  const isUnnoticed = telling.every((name) => passWithout.includes(name));
  // Tests of what is there already are the work itself.
  const isSame = facts.isSameBehaviour || changes.every(({ path }) => isForTests(path));
  if (isUnnoticed && !isSame) return unproved(`${listed(telling)} passes without the change, too`);
  const by = exercisedBy(facts);
  if (by === undefined) return unproved(`${listed(telling)} passed, but no test names what was changed`);
  return { level: "tested", says: `${listed(telling)} passed; ${by}` };
}

const unproved = (says: string): WorkProof => ({ level: "unproved", says });

const mostNamed = 3;

const listed = (names: readonly string[]): string =>
  names.length > mostNamed ? `${names.slice(0, mostNamed).join(", ")} and others` : names.join(", ");

const tests =
  /\b(?:test|tests|spec|specs|pytest|unittest|jest|vitest|mocha|ava|tap|cypress|playwright|rspec|phpunit|ctest|e2e|integration|check)\b|test[_.-]|[_.-]tests?\b/i;
const form =
  /\b(?:\w*lint\w*|prettier|black|ruff|flake8|\w*fmt|format\w*|tsc|type-?check\w*|types|mypy|pyright|clippy|vet|rubocop|shellcheck|hadolint|py_compile|compileall|build|compile|syntax|true|echo|exit)\b|--check\b|\b(?:ba)?sh -n\b|\bgit diff\b/gi;
const looksAtText = /^\s*(?:!\s*)?(?:\w+=\S+\s+)*(?:grep|rg|test|\[|ls|stat|wc|head|cat|find|diff|cmp|jq|yq)\s/;
const checkers: ReadonlySet<string> = new Set(["tsc", "eslint", "oxlint"]);

/** Whether a gate can know what the work does: it runs it. Of a text that is no program, whoever reads it can. */
function judges({ isOk, command, counts }: GateResult, changes: readonly ChangedFile[]): boolean {
  if (!isOk || command.trim() === "") return false;
  if (looksAtText.test(command)) return changes.some(({ path }) => !isCode(path) && namesIt(command, path));
  if (counts !== undefined) return !checkers.has(counts.runner) && counts.passed > 0;
  const rest = command.replaceAll(form, "");
  return rest === command || tests.test(rest);
}

const namesIt = (text: string, path: string): boolean =>
  text
    .split(/[\s"'`=:;|&()<>]+/u)
    .some((word) => word === path || word.endsWith(`/${nameOf(path)}`) || word === nameOf(path));

/** What says that the gates reach the change; `undefined`: nothing does. */
function exercisedBy({ gates, changes, tests: naming }: ProofFacts): string | undefined {
  const own = changes.find(bringsTests);
  if (own !== undefined) return `the change brings tests (${own.path})`;
  const named = changes.find(({ path }) => gates.some(({ command }) => namesIt(command, path)));
  if (named !== undefined) return `a gate names ${named.path}`;
  return naming[0] === undefined ? undefined : `${naming[0]} names what was changed`;
}

export const bringsTests = (file: ChangedFile): boolean =>
  file.status !== "deleted" && (isTestFile(file.path) || hasTestsInside(file));

/** Some languages have their tests in the file that they test: there they can't be had without the change. */
export const hasTestsInside = ({ path, text }: ChangedFile): boolean =>
  !isForTests(path) && (text?.added ?? []).some((line) => isTestCase(line.text) || /#\[cfg\(test\)\]/.test(line.text));

const declaration =
  /\b(?:function\*?|def|fn|func|class|struct|type|interface|trait|enum)\s+(?:\([^)]*\)\s*)?([\p{L}_$][\p{L}\p{N}_$]{2,})/gu;
const vague = /^(?:index|main|mod|lib|app|init|__init__|util|utils|helpers|common|types)$/;
const mostWords = 40;

/** By what a test would know the changed code: names of files and of what they declare. */
export function wordsOfChange(changes: readonly ChangedFile[]): readonly string[] {
  const files = changes.filter(({ path, status }) => isCode(path) && !isForTests(path) && status !== "deleted");
  const stems = files.map(({ path }) => nameOf(path).replace(/\.[^.]*$/, "")).filter((stem) => stem.length > 2);
  const declared = files.flatMap(({ text }) =>
    [...(text?.after ?? "").matchAll(declaration)].map(({ 1: name = "" }) => name),
  );
  return [...new Set([...stems, ...declared])].filter((word) => !vague.test(word)).slice(0, mostWords);
}
