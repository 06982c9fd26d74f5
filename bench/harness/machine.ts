import { execFile } from "node:child_process";
import { open, readFile, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { median, shown } from "./statistics.ts";

const run = promisify(execFile);

/** What a reader needs to judge the numbers. Nothing that tells which machine it was. */
export async function machineFacts(): Promise<readonly string[]> {
  const [system, git, disk, syncMs] = await Promise.all([systemName(), gitVersion(), fileSystem(), fdatasyncMs()]);
  return [
    `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB memory, ${system}`,
    `Node.js ${process.versions.node}, SQLite ${process.versions["sqlite"] ?? "unknown"}, ${git}`,
    `temporary files on ${disk}, one fdatasync of 4 KiB takes ${shown(syncMs)} ms`,
  ];
}

/** Processes that want to run, on average of the last minute. */
export const load = (): string => (loadavg()[0] ?? 0).toFixed(1);

async function systemName(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^PRETTY_NAME="?([^"\n]+)/m.exec(release)?.[1] ?? process.platform;
}

const gitVersion = async (): Promise<string> => (await run("git", ["--version"])).stdout.trim();

async function fileSystem(): Promise<string> {
  const facts = run("findmnt", ["--noheadings", "--output", "FSTYPE", "--target", tmpdir()]);
  return facts.then(({ stdout }) => stdout.trim()).catch(() => "an unknown file system");
}

/** Databases differ most in how often they do this. */
async function fdatasyncMs(): Promise<number> {
  const path = join(tmpdir(), `tutti-bench-sync-${process.pid}`);
  const file = await open(path, "w");
  try {
    const times: number[] = [];
    for (let index = 0; index < 50; index += 1) {
      await file.write(Buffer.alloc(4_096));
      const startedAt = performance.now();
      await file.datasync();
      times.push(performance.now() - startedAt);
    }
    return median(times);
  } finally {
    await file.close();
    await rm(path);
  }
}
