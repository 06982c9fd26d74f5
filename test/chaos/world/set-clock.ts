import { readdir, rename, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";

import type { ChaosPlan } from "../plan/chaos-plan.ts";

/** The clock of every process that is started with `env`. */
export type SettableClock = {
  readonly env: Readonly<Record<string, string>>;
  readonly jump: (byMs: number) => Promise<void>;
};

/**
 * By our own port, or for everything that a process asks the system: Debian's `faketime`.
 * @throws when `faketime` is not installed
 */
export async function settableClock(kind: ChaosPlan["clock"], folder: string): Promise<SettableClock> {
  const file = join(folder, "clock");
  const write =
    kind === "port" ? String : (offsetMs: number): string => `${offsetMs < 0 ? "-" : "+"}${seconds(offsetMs)}`;
  let [offsetMs, writes] = [0, 0];
  const set = async (): Promise<void> => {
    writes += 1;
    const next = `${file}.${writes}`;
    await writeFile(next, `${write(offsetMs)}\n`);
    // At once: nobody may read half of it.
    await rename(next, file);
  };
  await set();
  return {
    env: kind === "port" ? { TUTTI_FAULT_CLOCK: file } : await faketimeEnv(file),
    jump: async (byMs) => {
      offsetMs += byMs;
      await set();
    },
  };
}

const seconds = (ms: number): number => Math.abs(ms) / 1_000;

/** Timers go on as they are: only the time of day is set, as by a person or by NTP. */
async function faketimeEnv(file: string): Promise<Readonly<Record<string, string>>> {
  return {
    LD_PRELOAD: await faketimeLibrary(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}

async function faketimeLibrary(): Promise<string> {
  const folders = (await readdir("/usr/lib")).map((name) => join("/usr/lib", name, "faketime", "libfaketime.so.1"));
  const found = folders.find((path) => existsSync(path));
  if (found === undefined) throw new Error("faketime is not installed: bash scripts/provision.sh");
  return found;
}
