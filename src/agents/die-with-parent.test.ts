import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";

import { isSameProcess, processGroupOf } from "../places/local/process-reaper.ts";
import { dieWithParent } from "./die-with-parent.ts";

const module = JSON.stringify(new URL("./die-with-parent.ts", import.meta.url).href);

/** A process that starts a sleeping one as an agent is started, says its pid, and waits. */
const holder = `
  import { spawn } from "node:child_process";
  const { dieWithParent } = await import(${module});
  const { command, args } = dieWithParent({ command: "/bin/sleep", args: ["600"] });
  const child = spawn(command, args, { detached: true, stdio: "ignore" });
  child.once("spawn", () => console.log(child.pid));
  setInterval(() => undefined, 1000);
`;

it.skipIf(!existsSync("/usr/bin/setpriv"))("ends a process whose holder was killed", async () => {
  const parent = spawn(process.execPath, ["--input-type=module", "-e", holder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [pid] = await once(createInterface({ input: parent.stdout }), "line");
  const sleeper = await processGroupOf(Number(pid));
  expect(sleeper).toBeDefined();
  if (sleeper === undefined) return;

  parent.kill("SIGKILL");

  await expect.poll(() => isSameProcess(sleeper)).toBe(false);
});

it("leaves a program that isn't there as it is, so that its start fails as itself", () => {
  const missing = { command: "/nowhere/claude", args: ["--version"] };
  expect(dieWithParent(missing)).toEqual(missing);
  expect(dieWithParent({ command: "claude", args: [] })).toEqual({ command: "claude", args: [] });
});
