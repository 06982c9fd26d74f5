import { isCode, isForTests, isTestFile, stemOf } from "../judged-work/path-kinds.ts";
import { addedOf, removedOf, wordsOf, type ChangedFile, type JudgedWork } from "../judged-work/changed-file.ts";
import { asksToRemoveOrMove, namesFile } from "./asked-for.ts";
import type { RuleFinding } from "./quality-rules.ts";

export type SizeLimits = { readonly maxFiles: number; readonly maxLines: number; readonly maxFileKb: number };

/** What is worth a look and seldom a reason to refuse. */
export function sizes(work: JudgedWork, limits: SizeLimits): readonly RuleFinding[] {
  return [...wholeChange(work, limits), ...work.changes.flatMap((file) => oneFile(file, work, limits))];
}

function wholeChange({ changes }: JudgedWork, { maxFiles, maxLines }: SizeLimits): readonly RuleFinding[] {
  const lines = changes.reduce((sum, file) => sum + addedOf(file).length + removedOf(file).length, 0);
  if (changes.length > maxFiles) {
    return [{ code: "change-large", message: `${changes.length} files were changed, more than ${maxFiles}.` }];
  }
  return lines > maxLines
    ? [{ code: "change-large", message: `${lines} lines were changed, more than ${maxLines}.` }]
    : [];
}

function oneFile(file: ChangedFile, work: JudgedWork, { maxFileKb }: SizeLimits): readonly RuleFinding[] {
  const { path, status, isBinary, sizeBytes, kind } = file;
  if (isInstalled(path) && status !== "deleted") return committed(path, work);
  if (status === "deleted") return deleted(file, work);
  const kb = Math.ceil(sizeBytes / 1024);
  const isPlain = kind === "file" || kind === "executable";
  return [
    ...(kb > maxFileKb ? [finding("file-large", path, `${path} has ${kb} kB, more than ${maxFileKb}.`)] : []),
    ...(isBinary && status === "added" ? [finding("binary-added", path, `${path} is no text.`)] : []),
    ...(isPlain && !isBinary && file.text === undefined && sizeBytes > largeBytes
      ? [finding("not-read", path, `${path} was too large to be looked into.`)]
      : []),
    ...(isLeftover(path) && status === "added"
      ? [finding("leftover-added", path, `${path} looks like a leftover.`)]
      : []),
    ...suppressed(file, work),
  ];
}

/** A smaller one without a text has only another mode. */
const largeBytes = 256 * 1024;

const finding = (code: RuleFinding["code"], path: string, message: string): RuleFinding => ({ code, path, message });

const isInstalled = (path: string): boolean =>
  /(?:^|\/)(?:node_modules|__pycache__|\.venv|\.tox|\.gradle|\.pytest_cache|\.mypy_cache|bower_components|\.next|\.nuxt|\.turbo|\.nyc_output|CMakeFiles|target\/(?:classes|test-classes|surefire-reports|maven-status|debug|release)|(?:bin|obj)\/(?:Debug|Release))\//.test(
    path,
  ) || /\.(?:py[co]|class|o|obj)$/.test(path);

function committed(path: string, work: JudgedWork): readonly RuleFinding[] {
  if (/vendor|node_modules/i.test(wordsOf(work))) return [];
  const message = `${path} is installed or built, and no part of the work. Take it out and ignore it.`;
  return [finding("dependencies-committed", path, message)];
}

const isLeftover = (path: string): boolean =>
  /\.(?:bak|orig|rej|swp|swo|tmp|log|pid)$|~$|(?:^|\/)(?:\.DS_Store|Thumbs\.db|nohup\.out|core)$/.test(path);

/** Tests that are gone have a rule of their own. */
function deleted({ path }: ChangedFile, work: JudgedWork): readonly RuleFinding[] {
  const isMoved = work.changes.some((other) => other.status === "added" && stemOf(other.path) === stemOf(path));
  if (isTestFile(path) || isMoved || isMade(path) || asksToRemoveOrMove(work) || namesFile(work, path)) return [];
  const code = isCode(path) && !isSetting(path) ? "files-deleted" : "other-files-deleted";
  return [finding(code, path, `${path} was deleted, and the task does not ask for that. Bring it back.`)];
}

/** What tools write: the next run brings it back, or not. */
const isMade = (path: string): boolean =>
  /(?:^|\/)(?:dist|build|out|coverage|generated|__snapshots__|target)\/|\.(?:snap|lock|map|min\.\w+)$|lock\.(?:json|yaml)$|(?:^|\/)\.(?:git)?keep$/.test(
    path,
  ) ||
  isInstalled(path) ||
  isLeftover(path);

const isSetting = (path: string): boolean => /(?:^|\/)\.|config|\.d\.ts$|setup/i.test(path);

const wholeFile =
  /^\s*(?:\/\/\s*@ts-nocheck|\/\*\s*(?:eslint|oxlint|tslint)[:-]?disable\s*\*\/|#\s*(?:type:\s*ignore|mypy:\s*ignore-errors|flake8:\s*noqa|ruff:\s*noqa|pylint:\s*(?:skip-file|disable=all))\s*$|#!\[allow\((?:warnings|clippy::all|unused)\)\]|\/\/nolint\s*$|\/\/\s*biome-ignore-all)/;
const oneLine =
  /@ts-(?:ignore|expect-error)|eslint-disable-(?:next-)?line|oxlint-disable-(?:next-)?line|#\s*type:\s*ignore|#\s*noqa|\/\/\s*nolint|@SuppressWarnings|#\[allow\(|\bas any\b|as unknown as\b|#\s*pylint:\s*disable/;

function suppressed(file: ChangedFile, work: JudgedWork): readonly RuleFinding[] {
  const { path, text } = file;
  if (!isCode(path) || isForTests(path) || /generated|do not edit/i.test(text?.after.slice(0, 600) ?? "")) return [];
  const before = removedOf(file);
  const whole = addedOf(file).find(
    ({ text: line }) => wholeFile.test(line) && !before.some((old) => wholeFile.test(old)),
  );
  if (whole !== undefined && !/suppress|nocheck|disable|noqa|ignore/i.test(wordsOf(work))) {
    const message = `${path}:${whole.number} exempts the whole file from checks. Take that away and mend what they find.`;
    return [finding("checks-suppressed", path, message)];
  }
  const one = addedOf(file).find(({ text: line }) => oneLine.test(line));
  return one === undefined
    ? []
    : [finding("check-weakened", path, `${path}:${one.number} exempts a line from checks.`)];
}
