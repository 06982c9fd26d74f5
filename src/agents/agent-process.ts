import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { TuttiError } from "../domain/errors.ts";
import { TextTail } from "../domain/text-tail.ts";
import { dieWithParent } from "./die-with-parent.ts";
import { killProcessesWith, killProcessGroup, processGroupOf } from "../places/local/process-reaper.ts";
import { listMarked, listProcesses, type ProcessEntry } from "../places/local/process-table.ts";
import type { ProcessIdentity } from "../places/port.ts";

/** Marks the processes of one session, so that closing it spares another session in the same slot. */
export const sessionMark = "TUTTI_AGENT_SESSION";

export type AgentCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
};

const stderrTailLength = 2_000;
const leftoverGraceMs = 300;

/** The process of one agent session: the leader of a group of its own, and everything that carries its mark. */
export class AgentProcess {
  readonly #mark: string;
  #child: ChildProcessWithoutNullStreams | undefined;
  #identity: ProcessIdentity | undefined;
  readonly #stderrTail = new TextTail(stderrTailLength);
  readonly #spawned = Promise.withResolvers<number>();

  constructor(mark: string) {
    this.#mark = mark;
    // Nobody may be waiting yet when the start fails; who asks whether it started gets the rejection.
    this.#spawned.promise.catch(() => undefined);
  }

  spawn({ cwd, env, ...program }: AgentCommand): ChildProcessWithoutNullStreams {
    const { command, args } = dieWithParent(program);
    const child = spawn(command, args, { cwd, env, detached: true, stdio: "pipe" });
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.#stderrTail.add(text));
    child.once("spawn", () => this.#spawned.resolve(child.pid ?? 0));
    child.once("error", (cause) => {
      this.#spawned.reject(
        new TuttiError("AGENT_NOT_FOUND", `The agent could not be started: ${cause.message}`, { cause }),
      );
    });
    return child;
  }

  /** Resolves when the process runs. @throws {TuttiError} `AGENT_NOT_FOUND` */
  async started(): Promise<void> {
    const pid = await this.#spawned.promise;
    this.#identity = await processGroupOf(pid);
  }

  get identity(): ProcessIdentity | undefined {
    return this.#identity;
  }

  get hasExited(): boolean {
    return this.#child !== undefined && (this.#child.exitCode !== null || this.#child.signalCode !== null);
  }

  /** `exit code 1`, `SIGKILL`, and the last words on stderr. */
  get lastWords(): string {
    const { exitCode = null, signalCode = null } = this.#child ?? {};
    const end = signalCode ?? (exitCode === null ? "no exit code" : `exit code ${exitCode}`);
    const said = this.#stderrTail.text().trim();
    return said === "" ? end : `${end}: ${said}`;
  }

  /** CPU time of everything that carries the mark, in clock ticks. */
  async cpuTicks(): Promise<number> {
    const marked = await listMarked(sessionMark, this.#mark);
    return marked.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0);
  }

  /** Ends what the agent's commands left running, and spares the agent and its own helpers. */
  async endLeftovers(): Promise<void> {
    const { pid } = this.#identity ?? {};
    if (pid === undefined || this.hasExited) return this.#endMarked(() => false);
    const parents = new Map((await listProcesses()).map((entry) => [entry.pid, entry.parentPid]));
    return this.#endMarked(({ pid: each }) => hasAncestor(parents, each, pid));
  }

  /** Ends the group, then everything that carries the mark. Idempotent. */
  async kill(graceMs: number): Promise<void> {
    if (this.#identity !== undefined) await killProcessGroup(this.#identity, graceMs);
    await this.#endMarked(() => false);
  }

  async #endMarked(spare: (entry: ProcessEntry) => boolean): Promise<void> {
    await killProcessesWith({ name: sessionMark, value: this.#mark }, { graceMs: leftoverGraceMs, spare });
  }
}

function hasAncestor(parents: ReadonlyMap<number, number>, pid: number, ancestor: number): boolean {
  for (let each: number | undefined = pid; each !== undefined && each > 1; each = parents.get(each)) {
    if (each === ancestor) return true;
  }
  return false;
}
