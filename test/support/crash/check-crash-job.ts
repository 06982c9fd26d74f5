import { brokenPromises, checkoutOf } from "./broken-promises.ts";
import type { CrashJob } from "./crash-job.ts";

/** What the crash job's branch holds in the end. */
const finalContents: Readonly<Record<string, string>> = { b: "good", c: "c", d: "d", e: "e" };

/** What the crash job asks of the fake agent when nothing cuts it short. */
export const usualRequests: readonly string[] = [
  "manager/",
  ...["worker/b#1", "worker/b#2", "worker/c#1", "worker/d#1", "worker/e#1"],
  "resolver/",
  "reviewer/",
];

const turnsOf = (name: string, turns: number): readonly string[] =>
  Array.from({ length: turns }, (_, turn) => `${name} turn ${turn}`);

/** What it asks of the model behind the real Claude Code. */
export const usualTurns: readonly string[] = [
  ...turnsOf("manager/#1", 1),
  ...["b#1", "b#2", "c#1", "d#1", "e#1"].flatMap((task) => turnsOf(`worker/${task}`, 3)),
  ...turnsOf("resolver/#1", 2),
  ...turnsOf("reviewer/#1", 1),
];

/**
 * Looks at everything of the user's now; afterwards says which promises the job has broken, whatever was killed meanwhile.
 */
export async function watchCrashJob(job: CrashJob): Promise<() => Promise<readonly string[]>> {
  const checkout = await checkoutOf(job.project);
  return async () =>
    brokenPromises(job.project, {
      attempts: { b: ["rejected", "accepted"], c: ["accepted"], d: ["accepted"], e: ["accepted"] },
      files: Object.fromEntries(Object.entries(finalContents).map(([key, content]) => [`out/${key}.txt`, content])),
      lines: { "list.txt": ["base", "c", "d"] },
      written: await job.written(),
      checkout,
    });
}

const isResolver = (name: string): boolean => name.startsWith("resolver/");

/** The resolver's task depends on which of two changes is merged first. */
const nameless = (name: string): string => (isResolver(name) ? name.replace(/\/[^#]*/, "/") : name);

/** Requests that a run made besides those of one that nothing cut short. */
export function extraRequests(usual: readonly string[], requests: readonly string[]): readonly string[] {
  const left = usual.map(nameless);
  return requests.filter((name) => {
    const at = left.indexOf(nameless(name));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** A crash may keep two changes from meeting: then no resolver is asked. */
export const missingRequests = (usual: readonly string[], requests: readonly string[]): readonly string[] =>
  usual.filter((name) => !isResolver(name) && !requests.includes(name));
