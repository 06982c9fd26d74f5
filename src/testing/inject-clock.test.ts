import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, expect, it } from "vitest";

import { injectClock } from "./inject-clock.ts";

const hourMs = 3_600_000;
let folder: string | undefined;

afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
  folder = undefined;
});

it("is the system's clock where nobody sets it", () => {
  const before = Date.now();
  expect(injectClock({})()).toBeGreaterThanOrEqual(before);
});

it("jumps when its file is written, for every clock on the file, and keeps its time while the file is empty", async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-clock-"));
  const file = join(folder, "clock");
  await writeFile(file, "0");
  const clocks = [injectClock({ TUTTI_FAULT_CLOCK: file }), injectClock({ TUTTI_FAULT_CLOCK: file })];
  await writeFile(file, String(-hourMs));
  const isHourBack = (clock: () => number): boolean => Math.abs(Date.now() - hourMs - clock()) < hourMs / 2;
  expect(clocks.every(isHourBack)).toBe(true);
  await writeFile(file, "");
  expect(clocks.every(isHourBack)).toBe(true);
});
