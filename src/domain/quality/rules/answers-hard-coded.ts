import { isCode, isForTests, isTestFile } from "../judged-work/path-kinds.ts";
import { addedOf, removedOf, wordsOf, type JudgedWork } from "../judged-work/changed-file.ts";
import type { RuleFinding } from "./quality-rules.ts";
import { isComment } from "./test-cases.ts";

const literal = String.raw`-?\b\d[\d_.]*\b|"(?:\\.|[^"\\\n]){0,80}"|'(?:\\.|[^'\\\n]){0,80}'`;

/** `1: "I"`, `[1, "I"]`, `1 => "I"`; `case 1: return "I"`, `if (n === 1) return "I"`, `n == 1 ? "I"`. */
const pair = new RegExp(
  String.raw`(${literal})\s*\]?\s*(?::|=>|->|,|\)\s*(?:\{|:)?|\?|\{|\bthen\b)\s*(?:return\s+|Ok\(|Some\()?\s*(${literal})`,
  "g",
);

/** What computes: with it, a table is a part of a solution. */
const logic =
  /\b(?:for|while|loop|reduce|map|filter|forEach|each|range|recurs\w*|Math|parse\w*|split|replace\w*|join|slice|substr\w*|format|round|floor|sum|len)\b\s*[.(! {]|[\w)\]]\s*(?:[*/%]|\+(?!\+)|-(?!-))\s*[\w(]|\+=|-=|\*=|\bin\s+\w+\s*:/;

const fewest = 3;

/** A task may ask for a table. */
const wantsTable =
  /\b(?:tables?|map(?:s|ping)?|lookups?|constants?|enums?|dictionar\w+|translat\w+|hard-?cod\w+|fixtures?|mock\w*|stubs?|samples?|seeds?|presets?|list of|aliases)\b/i;

/**
 * Code that knows the inputs of its tests and nothing else: every pair of values in it stands side by side in a test, and nothing
 * is computed. A true table holds more than its tests do, and what the task itself lists may be one.
 */
export function answersHardCoded(work: JudgedWork): readonly RuleFinding[] {
  const words = wordsOf(work);
  const tests = testLines(work);
  if (tests.length === 0 || wantsTable.test(words)) return [];
  return work.changes
    .filter(({ path, status }) => status !== "deleted" && isCode(path) && !isForTests(path))
    .flatMap((file): readonly RuleFinding[] => {
      const code = addedOf(file).map(({ text }) => text.replace(/^\s*(?:\/\/|#|\*|\/\*).*$/, ""));
      const pairs = pairsIn(code.join("\n"));
      const isKnown = (one: Pair): boolean => tests.some((line) => one.every((value) => line.has(value)));
      if (pairs.length < fewest || !pairs.every(isKnown) || code.some((line) => logic.test(withoutTexts(line))))
        return [];
      if (pairs.every((one) => one.every((value) => words.includes(value)))) return [];
      const message = `${file.path} holds the values that its tests ask for, and computes nothing. Make it right for all others, too.`;
      return [{ code: "answers-hard-coded", path: file.path, message }];
    });
}

const testPlace =
  /["'`](?:\.{0,2}\/)*(?:[\w-]+\/)?(?:tests?|__tests__|specs?|fixtures|__fixtures__|testdata|__snapshots__|golden)\/[^"'`]*["'`]/;

/** A program that reads what its tests compare it with. Tools and settings may know where tests are. */
export function testsRead(work: JudgedWork): readonly RuleFinding[] {
  if (/\bfixtures?\b|\btest (?:data|files?|runner|suite|helpers?)\b|\bsnapshots?\b/i.test(wordsOf(work))) return [];
  return work.changes
    .filter(({ path, status }) => status !== "deleted" && isCode(path) && !isForTests(path) && !tool.test(path))
    .flatMap((file): readonly RuleFinding[] => {
      const before = new Set(removedOf(file).map((line) => line.trim()));
      const found = addedOf(file).find(
        ({ text }) => testPlace.test(text) && !isComment(text) && !before.has(text.trim()),
      );
      if (found === undefined) return [];
      const message = `${file.path}:${found.number} reads what belongs to the tests. Make it work without them.`;
      return [{ code: "answers-hard-coded", path: file.path, message }];
    });
}

const tool =
  /(?:^|\/)(?:scripts?|tools?|bench\w*|build|ci|tasks?|\.\w+)\/|config|setup|gulpfile|gruntfile|rakefile|noxfile|conftest|\.(?:sh|bash)$/i;

type Pair = readonly [string, string];

function pairsIn(code: string): readonly Pair[] {
  const pairs = [...code.matchAll(pair)].map(({ 1: key = "", 2: value = "" }): Pair => [bare(key), bare(value)]);
  return pairs.filter(([key, value]) => key !== "" && value !== "");
}

/** Of each line of a test: the values in it. */
function testLines({ changes, tests = [] }: JudgedWork): readonly ReadonlySet<string>[] {
  const changed = changes.filter(({ path }) => isTestFile(path)).map(({ text }) => text?.after ?? "");
  return [...tests.map(({ text }) => text), ...changed]
    .flatMap((text) => text.split("\n"))
    .map((line) => new Set((line.match(new RegExp(literal, "g")) ?? []).map(bare)))
    .filter((values) => values.size > 1);
}

const bare = (value: string): string => value.replace(/^["']|["']$/g, "");

const withoutTexts = (line: string): string => line.replaceAll(/"[^"\n]*"|'[^'\n]*'/g, "''");
