import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isOwnFolder, readPlainFile } from "../slots/read-plain-file.ts";
import type { Slot } from "../slots/slot.ts";
import { changeSlotState, environmentPaths, readSlotState } from "../slots/slot-state.ts";
import { excludeText } from "../slots/write-git-dir.ts";
import { copyUntracked } from "./copy-files.ts";
import { runCommand } from "./run-command.ts";
import { findProducts, isPristine, putBackTracked } from "./setup-products.ts";

export type SetupCommand = {
  /** A line for the shell, run in the slot's top folder. */
  readonly run: string;
  /** Files whose content the outcome depends on: run again when one changes. None: once for each slot. */
  readonly when?: readonly string[];
  /** Default: the request's. */
  readonly timeoutMs?: number;
};

export type SetupRequest = {
  readonly setup: readonly SetupCommand[];
  /** Globs of untracked files of the user's checkout that the slot needs, such as `.env`. Never part of a snapshot. */
  readonly copy: readonly string[];
  /** Told to the commands as `TUTTI_CACHE_DIR`. */
  readonly cacheDir?: string;
  /** Environment of the commands. Default: this process's. `GIT_*` is left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** For each command that has none of its own. Default 900,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onOutput?: (text: string) => void;
};

export type Prepared = {
  /** Commands that ran; the others had nothing new to see. */
  readonly ran: readonly string[];
  /** Copies of untracked files that are in the slot. */
  readonly copied: readonly string[];
  /** Tracked files that commands changed and that were put back. */
  readonly putBack: readonly string[];
};

/**
 * Makes a slot ready for work: copies files and runs setup commands where their inputs changed. Meant for a slot that has
 * just been made or moved: what commands leave there is environment and never part of a snapshot. In a slot that holds work
 * already, what they change counts as work.
 * @throws {TuttiError} `SETUP_FAILED` with `context.output`; `ABORTED`, `GIT_FAILED`, `SLOT_UNKNOWN`
 */
export async function prepareSlot(slot: Slot, request: SetupRequest): Promise<Prepared> {
  const before = await readSlotState(slot);
  const copied = await copyUntracked(slot, request.copy, before.copied);
  if (copied.join("\0") !== before.copied.join("\0")) {
    await changeSlotState(slot, { copied });
    await writeExcludes(slot);
  }
  const due = await dueCommands(slot, request.setup);
  if (due.length === 0) return { ran: [], copied, putBack: [] };
  const holdsNoWork = await isPristine(slot);
  for (const command of due) await runOne(slot, command, request);
  const putBack = holdsNoWork ? await absorbProducts(slot) : [];
  return { ran: due.map(({ run }) => run), copied, putBack };
}

async function runOne(slot: Slot, command: SetupCommand, request: SetupRequest): Promise<void> {
  await runCommand({
    run: command.run,
    cwd: slot.path,
    env: commandEnvironment(slot, request),
    timeoutMs: command.timeoutMs ?? request.timeoutMs ?? 900_000,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    ...(request.onOutput === undefined ? {} : { onOutput: request.onOutput }),
  });
  const { setup } = await readSlotState(slot);
  await changeSlotState(slot, { setup: { ...setup, [command.run]: await inputDigest(slot, command) } });
}

async function dueCommands(slot: Slot, commands: readonly SetupCommand[]): Promise<readonly SetupCommand[]> {
  const { setup } = await readSlotState(slot);
  const digests = await Promise.all(commands.map(async (command) => await inputDigest(slot, command)));
  return commands.filter((command, index) => setup[command.run] !== digests[index]);
}

async function inputDigest(slot: Slot, { run, when = [] }: SetupCommand): Promise<string> {
  const hash = createHash("sha256").update(run);
  for (const path of when) {
    const content = await readPlainFile(join(slot.path, path), true);
    hash.update(`\0${path}\0${content === undefined ? "absent" : content.length}\0`).update(content ?? "");
  }
  return hash.digest("hex");
}

async function absorbProducts(slot: Slot): Promise<readonly string[]> {
  const putBack = await putBackTracked(slot);
  const { products } = await readSlotState(slot);
  const found = await findProducts(slot);
  if (found.length > 0) {
    await changeSlotState(slot, { products: [...new Set([...products, ...found])] });
    await writeExcludes(slot);
  }
  return putBack;
}

async function writeExcludes(slot: Slot): Promise<void> {
  const text = await excludeText(slot.repo, environmentPaths(await readSlotState(slot)));
  await writeFile(join(slot.controlDir, "info/exclude"), text);
  await writeAgentExcludes(slot, text);
}

/** Never through a link that an agent put there. */
async function writeAgentExcludes({ gitDir }: Slot, text: string): Promise<void> {
  const folder = join(gitDir, "info");
  if (!(await isOwnFolder(gitDir)) || !(await isOwnFolder(folder))) return;
  const file = join(folder, "exclude");
  await rm(file, { recursive: true, force: true });
  await writeFile(file, text, { flag: "wx" });
}

function commandEnvironment(slot: Slot, request: SetupRequest): Record<string, string> {
  const inherited = Object.entries(request.env ?? process.env).flatMap(([name, value]) =>
    value === undefined || name.startsWith("GIT_") ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(inherited),
    GIT_CEILING_DIRECTORIES: dirname(slot.path),
    TUTTI_SLOT: slot.slotId,
    ...(request.cacheDir === undefined ? {} : { TUTTI_CACHE_DIR: request.cacheDir }),
  };
}
