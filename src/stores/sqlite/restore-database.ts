import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { damaged, flush, type Backup } from "./backups.ts";
import { examineDatabase, type Damage } from "./examine-database.ts";

const schema = z.object({
  /** When the database was replaced, in milliseconds since the Unix epoch. */
  at: z.number(),
  /** State of which time stands there now. */
  stateOf: z.number(),
  /** Absent: the file itself, without its broken log. */
  backup: z.string().exactOptional(),
  /** Folder of the damaged files; absolute. */
  setAside: z.string(),
  problems: z.array(z.string()).readonly(),
});

/** That a database was replaced, and what the person should know of it. */
export type Restoration = Readonly<z.infer<typeof schema>>;

export type RestoreRequest = {
  readonly path: string;
  readonly damage: Damage;
  /** The newest first; the first that is sound is taken. */
  readonly backups: readonly Backup[];
  readonly now: number;
};

/**
 * Puts the newest sound backup in a database's place and the damaged files aside: nothing is deleted. Whoever calls holds the
 * state's lock exclusively. A death in between is made good by `finishRestoring`.
 * @throws {TuttiError} `STATE_CORRUPT` when there is no sound backup; then nothing has changed
 */
export async function restoreDatabase(request: RestoreRequest): Promise<Restoration> {
  const { path, damage, now } = request;
  const setAside = join(dirname(path), "damaged", new Date(now).toISOString().replaceAll(":", ""));
  const { problems } = damage;
  const chosen = request.backups.find(isSound);
  const checkpointedAt = damage.of === "log" ? (await stat(path)).mtimeMs : -1;
  if (checkpointedAt >= (chosen?.at ?? 0)) {
    return withoutItsLog({ ...request, setAside, stateOf: checkpointedAt });
  }
  if (chosen === undefined) throw damaged(path, [`${problems[0] ?? ""}; there is no sound backup`]);
  const restoration = { at: now, stateOf: chosen.at, backup: chosen.name, setAside, problems };
  const incoming = incomingOf(path, restoration);
  await removeAbandoned(path);
  await copyFile(chosen.path, incoming);
  await flush(incoming);
  await note(path, restoration);
  await finishRestoring(path);
  return restoration;
}

const isSound = ({ path }: Backup): boolean => examineDatabase(path, { how: "quick" }) === undefined;

async function withoutItsLog(
  request: RestoreRequest & { readonly setAside: string; readonly stateOf: number },
): Promise<Restoration> {
  const { path, setAside, stateOf, now: at, damage } = request;
  const restoration = { at, stateOf, setAside, problems: damage.problems };
  await note(path, restoration);
  await moveAside(path, { to: setAside, endings: logEndings });
  return restoration;
}

/** Whether somebody died while the database was replaced. */
export async function isBeingRestored(path: string): Promise<boolean> {
  const restoration = await readRestoration(path);
  return restoration !== undefined && existsSync(incomingOf(path, restoration));
}

/** Copies, perhaps half ones, of restorations that came to nothing before they were noted. */
async function removeAbandoned(path: string): Promise<void> {
  const beginning = `${basename(path)}.incoming-`;
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(beginning));
  for (const name of names) await rm(join(dirname(path), name), { force: true });
}

/** Moves the damaged files away and the backup to their place. Idempotent. */
export async function finishRestoring(path: string): Promise<void> {
  const restoration = await readRestoration(path);
  if (restoration === undefined) return;
  const incoming = incomingOf(path, restoration);
  if (!existsSync(incoming)) return;
  // The log first: beside another database it would be its damage.
  await moveAside(path, { to: restoration.setAside, endings: [...logEndings, ""] });
  await rename(incoming, path);
}

const logEndings = ["-wal", "-shm"] as const;

async function moveAside(
  path: string,
  { to, endings }: { readonly to: string; readonly endings: readonly string[] },
): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const ending of endings) {
    const file = `${path}${ending}`;
    if (existsSync(file)) await rename(file, freeName(join(to, basename(file))));
  }
}

/** Nothing that was set aside is ever written over. */
function freeName(path: string): string {
  for (let count = 2, name = path; ; name = `${path}.${count++}`) if (!existsSync(name)) return name;
}

/** The restoration that nobody has followed up yet. */
export async function readRestoration(path: string): Promise<Restoration | undefined> {
  const text = await readFile(noteOf(path), "utf8").catch(ifNone);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

function ifNone(thrown: unknown): undefined {
  if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return undefined;
  throw thrown;
}

/** What was to be done about it is done; the note is kept with the damaged files. */
export async function concludeRestoration(path: string, { setAside }: Restoration): Promise<void> {
  await mkdir(setAside, { recursive: true, mode: 0o700 });
  await rename(noteOf(path), join(setAside, "restored.json"));
}

async function note(path: string, restoration: Restoration): Promise<void> {
  const part = `${noteOf(path)}.part`;
  await writeFile(part, `${JSON.stringify(restoration, null, 2)}\n`, { mode: 0o600 });
  await flush(part);
  await rename(part, noteOf(path));
}

const noteOf = (path: string): string => `${path}.restored.json`;
/** Named after its note: the copy of a restoration that was never noted is nobody's. */
const incomingOf = (path: string, { at }: Pick<Restoration, "at">): string => `${path}.incoming-${at}`;
