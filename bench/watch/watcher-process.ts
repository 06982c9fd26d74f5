/** Watches the tree that the second argument names with the watcher that the first one names, and measures it. Prints JSON. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { quantile } from "../harness/statistics.ts";

type Closing = () => Promise<void>;
type Start = (root: string, seen: (path: string) => void) => Promise<Closing>;

const ignored = /(^|\/)(node_modules|\.git)(\/|$)/;

/** Each as its documentation says, with the same folders left out. */
const watchers: Readonly<Record<string, Start>> = {
  tutti: async (root, seen) => {
    const { watchFiles } = await import("../../src/workspace/watch/file-watcher.ts");
    const watcher = watchFiles({ root, onChanges: (changes) => changes.forEach(({ path }) => seen(join(root, path))) });
    await watcher.ready;
    return () => watcher.close();
  },
  chokidar: async (root, seen) => {
    const { watch } = await import("chokidar");
    const watcher = watch(root, {
      ignored: (path: string) => ignored.test(path.slice(root.length)),
      ignoreInitial: true,
    });
    watcher.on("all", (_event: string, path: string) => seen(path));
    await new Promise((resolve) => watcher.once("ready", () => resolve(undefined)));
    return () => watcher.close();
  },
  parcel: async (root, seen) => {
    const { default: parcel } = await import("@parcel/watcher");
    const ignore = ["**/node_modules/**", "**/.git/**"];
    const subscription = await parcel.subscribe(root, (_error, events) => events.forEach(({ path }) => seen(path)), {
      ignore,
    });
    return () => subscription.unsubscribe();
  },
};

const [, , name = "", root = ""] = process.argv;
const start = watchers[name];
if (start === undefined) throw new Error(`There is no watcher ${name}`);

const seenAt = new Map<string, number>();
const waiting = new Map<string, () => void>();
const seen = (path: string): void => {
  if (!seenAt.has(path)) seenAt.set(path, performance.now());
  waiting.get(path)?.();
};

/** @returns milliseconds until it was seen; `undefined`: not within `limitMs` */
async function until(path: string, since: number, limitMs = 1_000): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.set(path, resolve);
  if (!seenAt.has(path)) await Promise.race([promise, delay(limitMs)]);
  waiting.delete(path);
  const at = seenAt.get(path);
  return at === undefined ? undefined : at - since;
}

function inotifyWatches(): number {
  const infos = readdirSync("/proc/self/fdinfo").map((fd) => {
    try {
      return readFileSync(`/proc/self/fdinfo/${fd}`, "utf8");
    } catch {
      return "";
    }
  });
  return infos
    .join("\n")
    .split("\n")
    .filter((line) => line.startsWith("inotify wd")).length;
}

async function latencies(): Promise<readonly number[]> {
  const found: number[] = [];
  for (let index = 0; index < 40; index += 1) {
    const path = join(root, `d${index}/f0.ts`);
    seenAt.delete(path);
    const since = performance.now();
    await writeFile(path, `changed ${index} ${since}\n`);
    found.push((await until(path, since)) ?? 1_000);
    await delay(20);
  }
  return found;
}

async function burst(): Promise<{ readonly burstSeen: number; readonly burstLastMs: number }> {
  const script = `const fs=require("fs");for(let i=0;i<2000;i++)fs.writeFileSync(${JSON.stringify(root)}+"/d"+(i%200)+"/burst"+i,"b"+i)`;
  const paths = Array.from({ length: 2_000 }, (_, index) => join(root, `d${index % 200}/burst${index}`));
  await promisify(execFile)(process.execPath, ["-e", script]);
  const since = performance.now();
  const deadline = since + 10_000;
  while (paths.some((path) => !seenAt.has(path)) && performance.now() < deadline) await delay(5);
  const times = paths.flatMap((path) => seenAt.get(path) ?? []);
  return { burstSeen: times.length, burstLastMs: Math.max(0, ...times.map((at) => at - since)) };
}

const rounds = 20;

/** How many of so many tries were not seen within a second. */
async function lost(act: (folder: string, round: number) => Promise<string>): Promise<number> {
  let count = 0;
  for (let round = 0; round < rounds; round += 1) {
    const folder = join(root, `d${round}`);
    const path = await act(folder, round);
    if ((await until(path, performance.now())) === undefined) count += 1;
  }
  return count;
}

async function nested(folder: string): Promise<string> {
  await promisify(execFile)("sh", ["-c", "mkdir -p n/a/b && echo z > n/a/b/z.ts"], { cwd: folder });
  return join(folder, "n/a/b/z.ts");
}

async function renamed(folder: string): Promise<string> {
  await mkdir(join(folder, "before"));
  await writeFile(join(folder, "before/inner.ts"), "x");
  await until(join(folder, "before/inner.ts"), performance.now());
  await rename(join(folder, "before"), join(folder, "after"));
  await until(join(folder, "after/inner.ts"), performance.now());
  // What happens in it afterwards counts as well.
  await writeFile(join(folder, "after/later.ts"), "x");
  return join(folder, "after/later.ts");
}

async function replaced(folder: string, round: number): Promise<string> {
  const path = join(folder, "f1.ts");
  seenAt.delete(path);
  await writeFile(join(folder, "f1.tmp"), `replaced ${round}`);
  await rename(join(folder, "f1.tmp"), path);
  return path;
}

globalThis.gc?.();
const rssBefore = process.memoryUsage.rss();
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const close = await start(root, seen);
const readyMs = performance.now() - startedAt;
const cpu = process.cpuUsage(cpuBefore);
await delay(300);
globalThis.gc?.();
const rssMb = (process.memoryUsage.rss() - rssBefore) / 1e6;
const times = await latencies();
const result = {
  readyMs,
  cpuMs: (cpu.user + cpu.system) / 1_000,
  rssMb,
  watches: inotifyWatches(),
  p50Ms: quantile(times, 0.5),
  maxMs: Math.max(...times),
  ...(await burst()),
  lostNested: await lost(nested),
  lostRenamed: await lost(renamed),
  lostReplaced: await lost(replaced),
};
await close();
for (let index = 0; index < 200; index += 1) {
  const folder = join(root, `d${index}`);
  for (const name of ["n", "after", "before"]) await rm(join(folder, name), { recursive: true, force: true });
  for (const file of readdirSync(folder).filter((entry) => entry.startsWith("burst"))) await rm(join(folder, file));
}
console.log(JSON.stringify(result));
process.exit(0);
