import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CrowdMessage } from "./crowd-messages.ts";
import type { Place } from "./driver.ts";

export type CrowdOptions = {
  readonly system: string;
  readonly place: Place;
  /** Jobs at once in each process. */
  readonly concurrency: number;
  readonly processes: number;
  /** Jobs in the store. */
  readonly expected: number;
};

type Report = Extract<CrowdMessage, { readonly type: "report" }>;

const program = fileURLToPath(new URL("crowd-process.ts", import.meta.url));

/**
 * Several processes drain one store together.
 * @returns milliseconds from the first job's start to the last one's, over all processes
 * @throws {Error} when a job was lost or run twice, or a process ended early
 */
export async function drainTogether(options: CrowdOptions): Promise<number> {
  const { system, place, concurrency, processes, expected } = options;
  const members = Array.from({ length: processes }, () => new Member({ system, place, concurrency }));
  await Promise.all(members.map(({ loaded }) => loaded));
  const { promise: drained, resolve } = Promise.withResolvers<void>();
  for (const member of members) {
    member.onCount = () => {
      if (members.reduce((sum, { jobs }) => sum + jobs, 0) >= expected) resolve();
    };
    member.tell("go");
  }
  await Promise.race([drained, ...members.map(({ failed }) => failed)]);
  const reports = await Promise.all(members.map((member) => member.stop()));
  const ids = reports.flatMap((report) => report.ids);
  if (ids.length !== expected || new Set(ids).size !== expected) {
    throw new Error(`${system}: ${ids.length} jobs were run, ${new Set(ids).size} different ones, of ${expected}`);
  }
  const firsts = reports.flatMap(({ firstAtMs }) => firstAtMs ?? []);
  const lasts = reports.flatMap(({ lastAtMs }) => lastAtMs ?? []);
  return Math.max(...lasts) - Math.min(...firsts);
}

class Member {
  jobs = 0;
  onCount = (): void => {};
  readonly loaded: Promise<void>;
  /** Rejects when the process ends before its report. */
  readonly failed: Promise<never>;
  readonly #child: ChildProcess;
  readonly #report = Promise.withResolvers<Report>();

  constructor(start: Pick<CrowdOptions, "system" | "place" | "concurrency">) {
    const isLoaded = Promise.withResolvers<void>();
    this.#child = fork(program, [JSON.stringify(start)]);
    this.#child.on("message", (raw) => {
      const message = CrowdMessage.parse(raw);
      if (message.type === "loaded") isLoaded.resolve();
      else if (message.type === "report") this.#report.resolve(message);
      else this.#count(message.jobs);
    });
    // A channel closes after its last message was read; `exit` may come before.
    this.failed = once(this.#child, "disconnect").then(() =>
      Promise.reject(new Error(`A consumer of ${start.system} ended early`)),
    );
    this.failed.catch(() => undefined);
    this.loaded = Promise.race([isLoaded.promise, this.failed]);
  }

  tell(word: "go" | "stop"): void {
    this.#child.send(word);
  }

  async stop(): Promise<Report> {
    const exited = once(this.#child, "exit");
    this.tell("stop");
    const report = await Promise.race([this.#report.promise, this.failed]);
    await exited;
    return report;
  }

  #count(jobs: number): void {
    this.jobs = jobs;
    this.onCount();
  }
}
