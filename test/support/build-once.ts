import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { isBuiltFromThese } from "../../scripts/built-from.ts";

declare global {
  var buildOfThisRun: Promise<unknown> | undefined;
}

/** The tests that start `bin/tutti.js` must never meet yesterday's build. Every project of the run asks for it. */
export async function setup(): Promise<void> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  globalThis.buildOfThisRun ??= buildUnlessBuilt(root);
  await globalThis.buildOfThisRun;
}

async function buildUnlessBuilt(root: string): Promise<void> {
  if (await isBuiltFromThese(root)) return;
  await promisify(execFile)(process.execPath, ["scripts/build.ts"], { cwd: root });
}
