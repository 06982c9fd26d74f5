import { readdir, readFile } from "node:fs/promises";

/** SIGKILL to every process that runs with this home, as a power cut would: the program, its workers and its agents. */
export async function endEverything(home: string): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const pids = await processesOf(home);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Processes of ${home} can't be ended`);
}

async function processesOf(home: string): Promise<readonly number[]> {
  const all = (await readdir("/proc")).map(Number).filter((pid) => pid > 0);
  const own = await Promise.all(
    all.map(async (pid) => ((await environmentOf(pid)).includes(`HOME=${home}`) ? [pid] : [])),
  );
  return own.flat();
}

async function environmentOf(pid: number): Promise<readonly string[]> {
  const text = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
  return text.split("\0");
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
