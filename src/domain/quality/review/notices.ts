import type { QualityFinding } from "../quality-report.ts";
import type { QualityRule } from "../rules/quality-rules.ts";

/** What rules have noticed, one sentence each. */
export type Notices = {
  /** Our own words, and names of files that say nothing. */
  readonly own: readonly string[];
  /** Holds words of those whose work is judged: names, lines, output of commands. */
  readonly foreign: readonly string[];
};

/** Whoever reads them must not take for ours what the judged agent chose: a file's name may be a sentence. */
export function noticesOf(findings: readonly QualityFinding[]): Notices {
  const own = findings.filter(isInOwnWords);
  return { own: own.map(messageOf), foreign: findings.filter((finding) => !own.includes(finding)).map(messageOf) };
}

const messageOf = ({ message }: QualityFinding): string => message;

/** Their sentences are ours, but for the file's name. */
const ownSentences: ReadonlySet<string> = new Set<QualityRule>([
  "secret-looking",
  "other-files-deleted",
  "expectations-changed",
  "check-weakened",
  "todo-added",
  "gate-changed",
  "leftover-added",
  "change-large",
  "file-large",
  "binary-added",
  "not-read",
  "claim-contradicted",
]);

const isInOwnWords = ({ code, path }: QualityFinding): boolean =>
  ownSentences.has(code) && (path === undefined || isPlainPath(path));

const [longestPath, longestName, mostWords] = [120, 40, 5];

/** No name in it is long enough to say something. */
const isPlainPath = (path: string): boolean =>
  path.length <= longestPath &&
  path.split("/").every((name) => /^[\p{L}\p{N}._@+-]*$/u.test(name) && name.length <= longestName && isShort(name));

const isShort = (name: string): boolean =>
  name
    .replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, "-")
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean).length <= mostWords;
