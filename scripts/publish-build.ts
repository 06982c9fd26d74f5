import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";

/** A process may run for long on what it was started from, and loads much of it only when it is needed. */
const keptAfterReplacedMs = 24 * 3_600_000;

export type Build = {
  /** Where its files are, all of them, on the file system of `dist`. Moved. */
  readonly folder: string;
  /** Its files that others import by their path below `dist`, without `.js`. */
  readonly entries: readonly string[];
};

/**
 * Makes a finished build the one that new processes get. Its files stay together in `<dist>/builds/<digest>`, where a process finds them
 * also when it was replaced meanwhile; what stands at the entries' paths only leads there. Others may publish at the same time:
 * the entries lead to one build in the end, whoever is killed between leaves each of them usable.
 * @returns the build's folder
 */
export async function publishBuild(dist: string, { folder, entries }: Build): Promise<string> {
  const id = await digestOf(folder);
  const home = join(dist, "builds", id);
  await mkdir(dirname(home), { recursive: true });
  if (!existsSync(home)) await moveUnlessThere(folder, home);
  await rm(folder, { recursive: true, force: true });
  const leads = new Map(entries.map((entry) => [`${entry}.js`, leadFrom(entry, id)]));
  // Packages hold no build but this one, though others are kept beside it.
  leads.set(".npmignore", `/builds/*\n!/builds/${id}\n`);
  await markUsed(dist, [...leads.keys()]);
  while (!(await areWritten(dist, leads))) for (const [file, text] of leads) await writeWhole(join(dist, file), text);
  await removeOutdated(dist, id);
  return home;
}

/** No reader finds half of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.new`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, text);
  await rename(draft, path);
}

async function digestOf(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.toSorted())
    hash
      .update(file.slice(folder.length))
      .update("\0")
      .update(await readFile(file));
  return hash.digest("hex").slice(0, 16);
}

/** The same build at the same place already is as good. */
async function moveUnlessThere(folder: string, home: string): Promise<void> {
  try {
    await rename(folder, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
  }
}

const leadFrom = (entry: string, id: string): string => {
  const path = posix.relative(posix.dirname(entry), `builds/${id}/${entry}.js`);
  return `export * from "${path.startsWith(".") ? path : `./${path}`}";\n`;
};

async function areWritten(dist: string, leads: ReadonlyMap<string, string>): Promise<boolean> {
  const found = await Promise.all([...leads.keys()].map(async (file) => textOf(join(dist, file))));
  return [...leads.values()].every((text, index) => text === found[index]);
}

const textOf = async (path: string): Promise<string> => (existsSync(path) ? readFile(path, "utf8") : "");

/** The builds that were in use until now start to age. */
async function markUsed(dist: string, files: readonly string[]): Promise<void> {
  const texts = await Promise.all(files.map(async (file) => textOf(join(dist, file))));
  const ids = new Set(texts.flatMap((text) => /builds\/([0-9a-f]{16})/.exec(text)?.[1] ?? []));
  const folders = [...ids].map((id) => join(dist, "builds", id)).filter((folder) => existsSync(folder));
  const now = new Date();
  await Promise.all(folders.map(async (folder) => utimes(folder, now, now)));
}

/** Also what a build that was killed has left. */
async function removeOutdated(dist: string, id: string): Promise<void> {
  const builds = join(dist, "builds");
  for (const name of await readdir(builds)) {
    const folder = join(builds, name);
    const found = await stat(folder).catch(() => undefined);
    if (name === id || found === undefined || Date.now() - found.mtimeMs < keptAfterReplacedMs) continue;
    // Half a build must never stand under its name.
    const gone = join(builds, `.${randomUUID()}`);
    await rename(folder, gone).then(async () => rm(gone, { recursive: true, force: true }), ignoreAbsent);
  }
}

/** Another build was quicker. */
const ignoreAbsent = (error: unknown): void => {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
};
