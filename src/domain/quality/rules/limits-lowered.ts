import { addedOf, removedOf, wordsOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import type { RuleFinding } from "./quality-rules.ts";

/** What has to be reached, and what may be there at the most. */
const leastValue =
  /\b(branches|functions|lines|statements|fail[_-]under|(?:minimum|min)[_-]?(?:coverage|score)|coverage[_-]?(?:threshold|minimum|limit)|thresholds?|target|minimum|cov-fail-under)\b["']?\s*[:=]\s*["']?(\d+(?:\.\d+)?)/gi;
const mostValue =
  /(max-warnings|max[_-]?(?:complexity|line-length|lines|warnings|errors)|complexity)["']?(?:\s*[:=]|\s)\s*(?:\[\s*["'](?:error|warn)["']\s*,\s*)?["']?(\d+)/gi;
const switches =
  /["']?\b(strict|noImplicitAny|strictNullChecks|noUncheckedIndexedAccess|exactOptionalPropertyTypes|noUnusedLocals|noUnusedParameters|disallow_untyped_defs|warn_unused_ignores|check_untyped_defs|failOnError|fail_on_error|bail)\b["']?\s*[:=]\s*(true|false)\b/gi;
const lintRule = /["']((?:@[\w-]+\/)?[\w/-]+)["']\s*:\s*\[?\s*["'](error|deny|warn|off|allow)["']/g;

const setting =
  /(?:^|\/)(?:package\.json|Makefile|tox\.ini|setup\.cfg|pyproject\.toml|\.coveragerc|pytest\.ini|pom\.xml|build\.gradle(?:\.kts)?|Cargo\.toml|codecov\.ya?ml|\.codecov\.ya?ml|\.nycrc(?:\.json)?|\.c8rc(?:\.json)?|\.flake8|ruff\.toml|mypy\.ini|\.rubocop\.yml|\.golangci\.ya?ml|sonar-project\.properties|(?:jest|vitest|vite|karma|stryker|eslint|biome|oxlint|tsconfig|phpstan|psalm)[\w.-]*\.\w+|\.eslintrc[\w.]*|\.oxlintrc\.json|\.github\/workflows\/[^/]+|\.gitlab-ci\.yml)$/;

/** A file that holds nothing but limits: numbers below the names of what they are for. */
const limitsFile =
  /(?:^|\/)[\w.-]*(?:limits?|budgets?|bundlesize|bundlewatch|size-limit)[\w.-]*\.(?:json|ya?ml|toml)$/i;
const entry = /["']?([\w@./*-]+)["']?\s*[:=]\s*["']?(\d+(?:\.\d+)?)/g;

const wantsLower =
  /\b(?:lower|reduce|relax|loosen|decrease|drop|raise|increase|set|adjust|change|bump|allow|disable|turn off|switch off)\b.{0,60}\b(?:threshold|coverage|limit|warnings?|strict\w*|rules?|complexity|minimum|line length)/i;

/** Limits of the project's checks that were loosened so that the work fits under them. */
export function limitsLowered(work: JudgedWork): readonly RuleFinding[] {
  if (wantsLower.test(wordsOf(work))) return [];
  return work.changes
    .filter(({ path, status }) => status === "modified" && (setting.test(path) || limitsFile.test(path)))
    .flatMap((file): readonly RuleFinding[] => {
      const name = loosened(file);
      if (name === undefined) return [];
      const message = `${file.path} demands less than before (${name}), and the task does not ask for that. Put it back and meet it.`;
      return [{ code: "gate-neutered", path: file.path, message }];
    });
}

function loosened(file: ChangedFile): string | undefined {
  const before = removedOf(file).join("\n");
  const after = addedOf(file)
    .map(({ text }) => text)
    .join("\n");
  return (
    smaller(before, after, leastValue) ??
    smaller(after, before, mostValue) ??
    (limitsFile.test(file.path) ? smaller(after, before, entry) : undefined) ??
    turns.map((turn) => turnedOff(before, after, turn)).find((name) => name !== undefined)
  );
}

const valuesIn = (text: string, pattern: RegExp): readonly (readonly [name: string, value: string])[] =>
  [...text.matchAll(pattern)].map(({ 1: name = "", 2: value = "" }) => [name.toLowerCase(), value.toLowerCase()]);

/** The first name whose value in the second text is less than in the first; each by its place among those of its name. */
function smaller(first: string, second: string, pattern: RegExp): string | undefined {
  const values = valuesIn(second, pattern);
  const seen = new Map<string, number>();
  for (const [name, value] of valuesIn(first, pattern)) {
    const place = seen.get(name) ?? 0;
    seen.set(name, place + 1);
    const other = values.filter(([one]) => one === name)[place];
    if (other !== undefined && Number(other[1]) < Number(value)) return name;
  }
  return undefined;
}

type Turn = { readonly pattern: RegExp; readonly good: string; readonly bad: string };

const turns: readonly Turn[] = [
  { pattern: switches, good: "true", bad: "false" },
  { pattern: lintRule, good: "error", bad: "off" },
  { pattern: lintRule, good: "error", bad: "warn" },
];

function turnedOff(before: string, after: string, { pattern, good, bad }: Turn): string | undefined {
  const now = valuesIn(after, pattern);
  const isOff = (name: string): boolean => now.some(([one, value]) => one === name && value === bad);
  return valuesIn(before, pattern).find(([name, value]) => value === good && isOff(name))?.[0];
}
