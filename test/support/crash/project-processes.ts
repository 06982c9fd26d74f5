import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

import type { ScratchProject } from "../scratch-project.ts";

export type FoundProcess = { readonly pid: number; readonly command: string };

/** Every living process that was started for this project, wherever it was re-parented to: each has its home. */
export async function projectProcesses({ home }: ScratchProject): Promise<readonly FoundProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => look(pid, `HOME=${home}`)));
  return found.filter((process) => process !== undefined);
}

async function look(pid: number, mark: string): Promise<FoundProcess | undefined> {
  const [environment, command, stat] = await Promise.all(
    ["environ", "cmdline", "stat"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
  );
  const isZombie = /\) [ZX] /.test(stat ?? "");
  if (isZombie || environment?.split("\0").includes(mark) !== true) return undefined;
  return { pid, command: (command ?? "").replaceAll("\0", " ").trim() };
}

/** Waits until nothing of the project lives. @returns what still does after `timeoutMs` */
export async function whenProcessesAreGone(
  project: ScratchProject,
  timeoutMs: number,
): Promise<readonly FoundProcess[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const alive = await projectProcesses(project);
    if (alive.length === 0 || performance.now() > deadline) return alive;
    await delay(50);
  }
}

/** Waits for a process whose command line matches. @throws when none came within `timeoutMs` */
export async function whenProcess(project: ScratchProject, matches: RegExp, timeoutMs = 60_000): Promise<FoundProcess> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = (await projectProcesses(project)).find(({ command }) => matches.test(command));
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`no process ${String(matches)} within ${timeoutMs} ms`);
    await delay(20);
  }
}

/** Command lines of agents, fake or real. */
export const agentProgram = /fake-process\.js|\/claude(?:\s|$)|claude-agent-sdk\S*\/cli/;
/** Command lines of workers. */
export const workerProgram = /main\.js worker --job/;

/** Kills every process of the project whose command line matches, at once. @throws when there is none */
export async function kill(project: ScratchProject, matches: RegExp): Promise<void> {
  const found = (await projectProcesses(project)).filter(({ command }) => matches.test(command));
  if (found.length === 0) throw new Error(`no process ${String(matches)}`);
  for (const { pid } of found) killOne(pid);
}

function killOne(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!isGone) throw error;
  }
}
