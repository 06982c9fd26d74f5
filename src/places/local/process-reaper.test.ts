import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { asSlotId } from "../../domain/ids.ts";
import { findProcess } from "./process-table.ts";
import { isSameProcess, killMarkedProcesses, killProcessGroup, processGroupOf } from "./process-reaper.ts";

const children: ChildProcess[] = [];

/** Runs a shell in a group of its own and gives back the first line that it prints. */
async function shell(script: string, env: Record<string, string> = {}): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn("/bin/sh", ["-c", script], {
    detached: true,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const { stdout } = child;
  if (stdout === null) throw new Error("no stdout");
  const [line] = await once(createInterface({ input: stdout }), "line");
  return { child, line: String(line) };
}

const pidOf = (child: ChildProcess): number => child.pid ?? Number.NaN;

const isAlive = async (pid: number): Promise<boolean> => {
  const entry = findProcess(pid);
  return entry !== undefined && !entry.isZombie;
};

afterEach(async () => {
  for (const child of children.splice(0)) {
    const leader = await processGroupOf(pidOf(child));
    if (leader !== undefined) await killProcessGroup(leader, 0);
    child.stdout?.destroy();
  }
});

test("a group is ended with the children in it", async () => {
  const { child, line } = await shell("sleep 600 & echo $!; wait");
  const leader = await processGroupOf(pidOf(child));
  expect(leader).toBeDefined();
  if (leader === undefined) return;

  expect(await killProcessGroup(leader, 2_000)).toHaveLength(2);

  expect(await isAlive(Number(line))).toBe(false);
  expect(await isSameProcess(leader)).toBe(false);
});

test("a process that leads no group is ended alone", async () => {
  const { child, line } = await shell("sleep 600 & echo $!; wait; sleep 600");
  const member = findProcess(Number(line));
  expect(member?.group).toBe(pidOf(child));
  if (member === undefined) return;

  expect(await killProcessGroup(member, 2_000)).toEqual([member.pid]);

  expect([await isAlive(member.pid), await isAlive(pidOf(child))]).toEqual([false, true]);
});

test("a group that ignores SIGTERM is killed after the grace period", async () => {
  const { child } = await shell("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  const leader = await processGroupOf(pidOf(child));
  expect(leader).toBeDefined();
  if (leader === undefined) return;

  await killProcessGroup(leader, 100);

  expect(await isSameProcess(leader)).toBe(false);
});

test("a leader with another start time is left alone", async () => {
  const { child } = await shell("echo ready; exec sleep 600");
  const leader = await processGroupOf(pidOf(child));
  expect(leader).toBeDefined();
  if (leader === undefined) return;

  expect(await killProcessGroup({ ...leader, startTime: `${leader.startTime}0` }, 0)).toEqual([]);

  expect(await isSameProcess(leader)).toBe(true);
});

test("a background process that left its group and lost its parent is found by its mark", async () => {
  const slotId = asSlotId(`reaper-test-${process.pid}`);
  const { child, line } = await shell("nohup setsid sleep 600 >/dev/null 2>&1 & echo $!; exit 0", {
    TUTTI_SLOT: slotId,
  });
  if (child.exitCode === null) await once(child, "exit");
  expect(await isAlive(Number(line))).toBe(true);

  expect(await killMarkedProcesses(slotId)).toEqual([Number(line)]);

  expect(await isAlive(Number(line))).toBe(false);
});

test("processes of another slot are left alone", async () => {
  const { child } = await shell("echo ready; exec sleep 600", { TUTTI_SLOT: `reaper-other-${process.pid}` });

  expect(await killMarkedProcesses(asSlotId(`reaper-test-${process.pid}`))).toEqual([]);

  expect(await isAlive(pidOf(child))).toBe(true);
});

test("a process that leads no group has no group identity", async () => {
  const { line } = await shell("sleep 600 & echo $!; wait");

  expect(await processGroupOf(Number(line))).toBeUndefined();
});
