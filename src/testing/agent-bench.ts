import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentAdapter, AgentEvent, AgentLaunch, AgentOutcome, AgentSession, AgentTurn } from "../agents/port.ts";
import type { SessionId } from "../domain/ids.ts";
import { findProcess } from "../places/local/process-table.ts";
import { until } from "./engine/test-bed.ts";

/** An adapter whose agent does what `conformanceScript` or `conformanceScenario` says for each task. */
export type AgentUnderTest = {
  readonly adapter: AgentAdapter;
  /** A launch into an empty working directory of its own; another one at each call. */
  readonly launch: () => Promise<AgentLaunch>;
  /** Whether the result of a tool call in this conversation is where the death of its process leaves it. */
  readonly isKept: (sessionId: SessionId) => Promise<boolean>;
  /** Removes everything that `launch` made. */
  readonly remove: () => Promise<void>;
};

export type Ended = AgentOutcome & { readonly events: readonly AgentEvent[] };

/** The sessions of one promise; closed at its end, whatever happened. */
export class Bench {
  readonly #under: AgentUnderTest;
  readonly #sessions: AgentSession[] = [];

  constructor(under: AgentUnderTest) {
    this.#under = under;
  }

  async open(changes: Partial<AgentLaunch> = {}): Promise<{ launch: AgentLaunch; session: AgentSession }> {
    return this.reopen({ ...(await this.#under.launch()), ...changes });
  }

  async reopen(launch: AgentLaunch): Promise<{ launch: AgentLaunch; session: AgentSession }> {
    const session = await this.#under.adapter.doOpen(launch);
    this.#sessions.push(session);
    return { launch, session };
  }

  /** Plays the task that stops after its first tool call, and kills the agent once that call can be resumed from. */
  async playAndKill(session: AgentSession): Promise<Ended> {
    let sessionId: SessionId | undefined;
    const kill = async (): Promise<void> => {
      await until(async () => sessionId !== undefined && this.#under.isKept(sessionId));
      process.kill(pidOf(session), "SIGKILL");
    };
    const killed: Promise<void>[] = [];
    const onSeen = (event: AgentEvent): void => {
      if (event.type === "session-started") sessionId = event.sessionId;
      if (event.type === "tool-ended") killed.push(kill());
    };
    const ended = await play(session, "stops", { onSeen });
    await Promise.all(killed);
    return ended;
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.doClose()));
    await this.#under.remove();
  }
}

const promptFor = (task: string): string => `Tutti role: worker\nTutti task: ${task}\nTutti attempt: 1\n\nDo it.`;

type Limits = Partial<AgentTurn> & { readonly onSeen?: (event: AgentEvent) => void };

/** Plays the prompt of a task, with limits that no test reaches unless it sets them. */
export async function play(session: AgentSession, task: string, { onSeen, ...limits }: Limits = {}): Promise<Ended> {
  const events: AgentEvent[] = [];
  const outcome = await session.doTurn({
    prompt: promptFor(task),
    onEvent: (event) => {
      events.push(event);
      onSeen?.(event);
    },
    signal: new AbortController().signal,
    timeoutMs: 60_000,
    stallTimeoutMs: 60_000,
    ...limits,
  });
  return { ...outcome, events };
}

/** As `play`, and acts once the agent's first tool call has ended. */
export function playAndThen(session: AgentSession, task: string, act: () => void, limits: Limits = {}): Promise<Ended> {
  let isDone = false;
  const onSeen = ({ type }: AgentEvent): void => {
    if (type !== "tool-ended" || isDone) return;
    isDone = true;
    act();
  };
  return play(session, task, { ...limits, onSeen });
}

export const textIn = ({ cwd }: AgentLaunch, file: string): Promise<string | undefined> =>
  readFile(join(cwd, file), "utf8").catch(() => undefined);

export const pidOf = ({ processGroup }: AgentSession): number => processGroup?.pid ?? Number.NaN;

export const isRunning = async (pid: number): Promise<boolean> => {
  const found = findProcess(pid);
  return found !== undefined && !found.isZombie;
};
