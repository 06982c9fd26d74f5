import { nameOf } from "../judged-work/path-kinds.ts";
import { addedOf, removedOf, wordsOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import type { RuleFinding } from "./quality-rules.ts";

/** Files that say what is checked and how. */
const setting =
  /(?:^|\/)(?:package\.json|deno\.jsonc?|Makefile|GNUmakefile|makefile|justfile|Justfile|Taskfile\.ya?ml|tox\.ini|setup\.cfg|pyproject\.toml|pytest\.ini|conftest\.py|noxfile\.py|Rakefile|\.rspec|composer\.json|phpunit\.xml(?:\.dist)?|pom\.xml|build\.gradle(?:\.kts)?|Cargo\.toml|\.mocharc\.\w+|(?:jest|vitest|vite|karma|ava|playwright|cypress|eslint|biome|oxlint|tsconfig)[\w.-]*\.(?:json|jsonc|[cm]?[jt]s|ya?ml)|\.eslintrc[\w.]*|\.oxlintrc\.json|\.github\/workflows\/[^/]+|\.gitlab-ci\.yml|\.circleci\/config\.yml|lefthook\.yml|\.husky\/[^/]+|\.pre-commit-config\.yaml|azure-pipelines\.yml|Jenkinsfile)$|(?:^|\/)[\w-]*(?:test|check|ci|lint|verify|gate)[\w-]*\.sh$/;

/** What makes a command pass whatever it finds. */
const neutral: readonly RegExp[] = [
  /\|\|\s*(?:true|:|exit 0|echo\b)/,
  /;\s*(?:true|exit 0|:)\s*["']?,?\s*$/,
  /"(?:test|lint|check|typecheck|type-check|build|verify|ci|pretest|posttest|test:[\w:-]+)"\s*:\s*"\s*(?:echo\b[^"]*|true|exit 0|:|)\s*"/,
  /\bcontinue-on-error:\s*true/,
  /\ballow_failure:\s*true/,
  /--passWithNoTests\b|passWithNoTests:\s*true/,
  /\|\|\s*process\.exit\(0\)|catch\s*\([^)]*\)\s*\{\s*process\.exit\(0\)/,
  /--exit-zero\b|--no-fail\b|--max-warnings[= ](?:\d{3,}|-1)/,
  /<(?:skipTests|maven\.test\.skip|testFailureIgnore)>\s*true/,
  /ignoreFailures\s*=\s*true|-DskipTests|--suppress-tests/,
];

/** What keeps tests out of a run. */
const narrowing: readonly RegExp[] = [
  /\b(?:testPathIgnorePatterns|collect_ignore(?:_glob)?|modulePathIgnorePatterns)\b/,
  /--(?:ignore|deselect|testPathIgnorePatterns|exclude)[= ]["']?[\w./*-]*(?:test|spec)/,
  /-k\s+["']?not\s/,
  /\b(?:exclude|ignore|spec|testMatch)\s*[:=].*(?:test|spec)/,
  /-(?:not-?name|skip)[= ]["']?\w*[Tt]est/,
  /<exclude>.*Test.*<\/exclude>/,
];

const loosening: readonly RegExp[] = [
  /"(?:strict|noImplicitAny|strictNullChecks|noUncheckedIndexedAccess|exactOptionalPropertyTypes)"\s*:\s*false/,
  /"skipLibCheck"\s*:\s*true/,
  /["'][@\w/-]+["']\s*:\s*(?:["']off["']|\[\s*["']off["']|0\b)/,
  /\b(?:branches|functions|lines|statements|fail_under|thresholds?|minimum_coverage)\b["']?\s*[:=]\s*\d+/,
  /ignore_errors\s*=\s*(?:true|True)|disable_error_code|ignore_missing_imports\s*=\s*(?:true|True)/,
];

/** Commands, scripts and settings of the project's checks that the attempt has disarmed. */
export function gatesNeutered(work: JudgedWork): readonly RuleFinding[] {
  const files = work.changes.filter(
    (file) => file.status !== "deleted" && (setting.test(file.path) || isGateScript(work, file)),
  );
  return [...files.flatMap((file) => inFile(file, work)), ...scripts(work)];
}

const isGateScript = ({ gateCommands }: JudgedWork, { path }: ChangedFile): boolean =>
  gateCommands.some((command) => command.includes(path));

function inFile(file: ChangedFile, work: JudgedWork): readonly RuleFinding[] {
  const place = (number: number): string => `${file.path}:${number}`;
  const passing = newly(file, neutral, work);
  if (passing !== undefined) {
    const message = `${place(passing)} makes a check pass whatever it finds. Put it back and make the work pass it.`;
    return [{ code: "gate-neutered", path: file.path, message }];
  }
  const narrowed = file.path.endsWith(".sh") ? undefined : newly(file, narrowing, work);
  if (narrowed !== undefined && file.status === "modified") {
    const message = `${place(narrowed)} keeps tests out of the run, and the task does not ask for that.`;
    return [{ code: "gate-neutered", path: file.path, message }];
  }
  const loosened = newly(file, loosening, work);
  if (loosened === undefined || file.status !== "modified") return [];
  return [{ code: "check-weakened", path: file.path, message: `${place(loosened)} loosens what is checked.` }];
}

/** The line of the first match that was not there before, and that the task does not name. */
function newly(file: ChangedFile, patterns: readonly RegExp[], work: JudgedWork): number | undefined {
  const words = wordsOf(work);
  const found = addedOf(file).find(({ text }) => {
    const pattern = patterns.find((one) => one.test(text));
    if (pattern === undefined || isComment(text)) return false;
    const piece = pattern.exec(text)?.[0] ?? "";
    if (patterns === neutral && !isCheck.test(text)) return false;
    return !removedOf(file).some((line) => pattern.test(line)) && !isNamed(words, piece);
  });
  return found?.number;
}

/** A command may fail for good reasons where it checks nothing: `rm old.log || true`. */
const isCheck =
  /test|spec|lint|check|tsc|jest|mocha|cargo|vet\b|mypy|ruff|flake8|verify|audit|coverage|clippy|build|continue-on-error|allow_failure|ignoreFailures|exit/i;

const isComment = (line: string): boolean => /^\s*(?:\/\/|#(?!!)|--\s)/.test(line);

const settingWord = /[A-Za-z][\w-]{5,}/g;

const isNamed = (words: string, piece: string): boolean =>
  (piece.match(settingWord) ?? []).some((word) => words.toLowerCase().includes(word.toLowerCase()));

/** A file that a gate's command runs: gone, or nothing of it left. */
function scripts(work: JudgedWork): readonly RuleFinding[] {
  return work.changes
    .filter((file) => isGateScript(work, file))
    .flatMap((file): readonly RuleFinding[] => {
      if (wordsOf(work).includes(nameOf(file.path))) return [];
      const isHollow = file.text !== undefined && file.text.after.split("\n").filter(doesSomething).length === 0;
      if (file.status === "deleted" || isHollow) {
        const message = `A gate runs ${file.path}, and the attempt has left nothing of it. Put it back.`;
        return [{ code: "gate-neutered", path: file.path, message }];
      }
      return file.status === "added"
        ? []
        : [{ code: "gate-changed", path: file.path, message: `A gate runs ${file.path}, which was changed.` }];
    });
}

const doesSomething = (line: string): boolean =>
  !/^\s*(?:#.*|\/\/.*|set -\w+(?: pipefail)?|exit 0|true|:|echo\b.*|process\.exit\(0\);?|console\.log\(.*\);?|["']use strict["'];?|)\s*$/.test(
    line,
  );
