import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

declare global {
  var buildOfThisRun: Promise<unknown> | undefined;
}

/** The tests that start `bin/tutti.js` must never meet yesterday's build. Every project of the run asks for it. */
export async function setup(): Promise<void> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  globalThis.buildOfThisRun ??= promisify(execFile)(process.execPath, ["scripts/build.ts"], { cwd: root });
  await globalThis.buildOfThisRun;
}
