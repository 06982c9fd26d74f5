import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

import { spawnWorker } from "./spawn-worker.ts";

// At a terminal: keys begin to be read while a worker runs, and it ends meanwhile.
const [entryPoint = "", begun = ""] = process.argv.slice(2);
const worker = spawnWorker({ entryPoint, args: [begun], cwd: process.cwd(), env: process.env });
while (!existsSync(begun)) await delay(10);
process.stdin.setRawMode(true);
worker.stop();
await worker.exited;
spawnSync("stty", ["-a"], { stdio: "inherit" });
process.stdin.setRawMode(false);
