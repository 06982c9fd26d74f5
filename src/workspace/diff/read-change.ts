import type { ChangedFile, ChangedText } from "../../domain/quality/judged-work/changed-file.ts";
import { parseWholePatch } from "../../domain/quality/judged-work/parse-patch.ts";
import { joinNul } from "../git/nul-list.ts";
import { git } from "../git/run-git.ts";
import { home, type Repository } from "../repository/repository.ts";
import type { FileChange } from "./parse-diff.ts";

/** What is larger is not read: a rule that looks at lines has nothing to say about it. In bytes. */
const largestFile = 512 * 1024;
const largestChange = 24 * 1024 * 1024;
/** Command lines have an end. */
const pathsAtOnce = 400;

type Commits = { readonly from: string; readonly to: string };

/**
 * The change between two commits with the texts of its files, as far as they are texts and not very large.
 * @throws {TuttiError} `GIT_FAILED` when one of them doesn't exist
 */
export async function readChange(
  repo: Repository,
  commits: Commits,
  changes: readonly FileChange[],
): Promise<readonly ChangedFile[]> {
  const files = changes.filter(({ kind }) => kind !== "submodule");
  const there = files.filter(({ status }) => status !== "deleted");
  const gone = files.filter(({ status }) => status !== "added" && status !== "type-changed");
  const [after, before] = await sizesOf(repo, [
    { commit: commits.to, files: there },
    { commit: commits.from, files: gone },
  ]);
  const texts = await textsOf(repo, commits, readable(changes, { after, before }));
  return changes.map((change): ChangedFile => {
    const { path, kind, isBinary } = change;
    const text = texts.get(path);
    const status = change.status === "added" || change.status === "deleted" ? change.status : "modified";
    return { path, status, kind, isBinary, sizeBytes: after.get(path) ?? 0, ...(text === undefined ? {} : { text }) };
  });
}

type Sizes = ReadonlyMap<string, number>;

type Sized = { readonly commit: string; readonly files: readonly FileChange[] };

/** In bytes, by path, for each of the two. What was of another type has none. */
async function sizesOf(repo: Repository, sides: readonly [Sized, Sized]): Promise<readonly [Sizes, Sizes]> {
  const names = sides.flatMap(({ commit, files }) => files.map(({ path }) => `${commit}:${path}`));
  if (names.length === 0) return [new Map(), new Map()];
  const form = "--batch-check=%(objectsize)";
  const lines = (await git(home(repo), ["cat-file", form, "-z"], { input: joinNul(names) })).split("\n");
  const sizes = lines.map((line) => Number(line) || 0);
  const [{ files: first }, { files: second }] = sides;
  return [
    new Map(first.map(({ path }, index) => [path, sizes[index] ?? 0])),
    new Map(second.map(({ path }, index) => [path, sizes[first.length + index] ?? 0])),
  ];
}

function readable(
  changes: readonly FileChange[],
  { after, before }: { readonly after: Sizes; readonly before: Sizes },
): readonly FileChange[] {
  let room = largestChange;
  return changes.filter(({ path, kind, isBinary, status }) => {
    const size = (after.get(path) ?? 0) + (before.get(path) ?? 0);
    const isText = kind !== "submodule" && !isBinary && status !== "type-changed";
    if (!isText || isUnnamable(path) || size > largestFile || size > room) return false;
    room -= size;
    return true;
  });
}

/** A name that is no UTF-8 has lost its bytes here, and one that git doesn't find would take its neighbours with it. */
const isUnnamable = (path: string): boolean => path.includes("\uFFFD");

/** With whole files as context, so that one command gives them as they were and as they are. */
async function textsOf(
  repo: Repository,
  { from, to }: Commits,
  files: readonly FileChange[],
): Promise<ReadonlyMap<string, ChangedText>> {
  const form = ["-p", "--unified=1000000", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color"];
  const texts = await inParts(files, async (paths) => {
    const read = parseWholePatch(await run(repo, ["diff-tree", "-r", ...form, from, to, "--", ...paths]));
    // In git's order, which is that of the changes.
    return paths.map((path, index) => ({ path, text: read.length === paths.length ? read[index] : undefined }));
  });
  return new Map(texts.flatMap(({ path, text }) => (text === undefined ? [] : [[path, text]])));
}

const run = (repo: Repository, args: readonly string[]): Promise<string> =>
  git(home(repo), args, { env: { GIT_LITERAL_PATHSPECS: "1" } });

async function inParts<T>(
  files: readonly FileChange[],
  read: (paths: readonly string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const parts: T[] = [];
  for (let at = 0; at < files.length; at += pathsAtOnce) {
    parts.push(...(await read(files.slice(at, at + pathsAtOnce).map(({ path }) => path))));
  }
  return parts;
}
