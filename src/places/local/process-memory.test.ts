import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { asSlotId } from "../../domain/ids.ts";
import type { ProcessIdentity } from "../port.ts";
import { memoryOfTrees } from "./process-memory.ts";
import { killMarkedProcesses, slotMark } from "./process-reaper.ts";
import { findProcess } from "./process-table.ts";

const mark = `memory-test-${process.pid}`;

afterEach(async () => {
  await killMarkedProcesses(asSlotId(mark), 0);
});

/** Starts a Node that runs `script` and says a line when it is where it shall be looked at. */
async function start(script: string): Promise<ProcessIdentity> {
  const child: ChildProcess = spawn(process.execPath, ["-e", script], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
    env: { [slotMark]: mark },
  });
  if (child.stdout !== null) await once(child.stdout, "data");
  const pid = child.pid ?? 0;
  return { pid, startTime: findProcess(pid)?.startTime ?? "" };
}

const wait = "setInterval(() => {}, 1000);";
const hog = (megabytes: number) =>
  `globalThis.held = Buffer.alloc(${megabytes} * 1024 * 1024, 1); console.log(); ${wait}`;
const parentOf = (script: string, options = "") =>
  `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(script)}], { stdio: "inherit"${options} }); ${wait}`;

const megabytes = 1024 ** 2;

it("counts what a process has started, and not its neighbours", async () => {
  const roots = [await start(parentOf(hog(300))), await start(parentOf(hog(10)))];
  const [large = 0, small = 0] = await memoryOfTrees(roots);
  expect(large).toBeGreaterThan(300 * megabytes);
  expect(small).toBeLessThan(large - 200 * megabytes);
});

it("counts a grandchild in a group of its own", async () => {
  const [bytes = 0] = await memoryOfTrees([await start(parentOf(parentOf(hog(200)), ", detached: true"))]);
  expect(bytes).toBeGreaterThan(200 * megabytes);
});

it("leaves out what has started nothing, and what is not the process that was meant", async () => {
  const alone = await start(`console.log(); ${wait}`);
  const parent = await start(parentOf(hog(1)));
  expect(await memoryOfTrees([alone, { ...parent, startTime: "another" }])).toEqual([]);
});
