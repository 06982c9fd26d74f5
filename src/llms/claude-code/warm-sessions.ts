import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { AgentAdapter, AgentLaunch, AgentSession } from "../../agents/port.ts";
import { TuttiError } from "../../domain/errors.ts";
import { asSlotId } from "../../domain/ids.ts";
import { Places } from "./places.ts";

/** What of a launch differs from question to question. */
export type SessionKind = Pick<AgentLaunch, "model" | "effort" | "systemPrompt" | "resultSchema" | "env">;

export type WarmSessionsOptions = {
  readonly agent: AgentAdapter;
  /** Of all kinds together. */
  readonly maxSessions: number;
  /** How long a session that nobody asks lives, in milliseconds. */
  readonly idleMs: number;
};

type Warm = { readonly key: string; readonly session: AgentSession; idle?: NodeJS.Timeout };

/**
 * Live agents without tools, in an empty folder of their own. Each has one question at a time and forgets it before the next; one that
 * nobody asks is ended after a while.
 */
export class WarmSessions {
  readonly #options: WarmSessionsOptions;
  readonly #places: Places;
  /** The longest unused first. */
  readonly #free: Warm[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #opened = 0;
  #folder: Promise<string> | undefined;

  constructor(options: WarmSessionsOptions) {
    this.#options = options;
    this.#places = new Places(options.maxSessions);
  }

  /**
   * Has `act` done with a session whose conversation is empty. Afterwards the session is kept; one whose question was withdrawn is ended,
   * while the caller goes on.
   * @throws {TuttiError} what the agent throws when it can't start; the signal's reason when it is aborted before `act`
   */
  async use<T>(
    kind: SessionKind,
    given: AbortSignal,
    act: (session: AgentSession, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const signal = AbortSignal.any([given, this.#closing.signal]);
    await this.#places.take(signal);
    const put = Promise.withResolvers<void>();
    this.#track(put.promise.finally(() => this.#places.leave()));
    let warm: Warm | undefined;
    try {
      warm = await this.#sessionOf(kind);
      signal.throwIfAborted();
      return await act(warm.session, signal);
    } finally {
      put.resolve(this.#put(warm, signal));
    }
  }

  /** Ends all processes; who asks afterwards is refused. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new TuttiError("LLM_UNAVAILABLE", "Claude Code is not asked any more: the model was closed."));
    await Promise.all(this.#free.splice(0).map((warm) => end(warm)));
    await Promise.all(this.#underWay);
    const folder = this.#folder;
    this.#folder = undefined;
    if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #sessionOf(kind: SessionKind): Promise<Warm> {
    const key = JSON.stringify(kind);
    const at = this.#free.findLastIndex((warm) => warm.key === key);
    const [known] = at === -1 ? [] : this.#free.splice(at, 1);
    clearTimeout(known?.idle);
    if (known !== undefined && (await isCleared(known))) return known;
    const isFull = this.#places.taken + this.#free.length > this.#options.maxSessions;
    const replaced = known ?? (isFull ? this.#free.shift() : undefined);
    if (replaced !== undefined) await end(replaced);
    return { key, session: await this.#open(kind) };
  }

  async #open(kind: SessionKind): Promise<AgentSession> {
    const cwd = await this.#emptyFolder();
    this.#opened += 1;
    return this.#options.agent.doOpen({
      ...kind,
      slotId: asSlotId(`supervisor-${process.pid}-${this.#opened}`),
      cwd,
      tools: [],
      permissions: { mode: "read", allow: [], sandbox: "off" },
    });
  }

  async #emptyFolder(): Promise<string> {
    try {
      this.#folder ??= mkdtemp(join(tmpdir(), "tutti-supervisor-")).then((path) => realpath(path));
      return await this.#folder;
    } catch (error) {
      this.#folder = undefined;
      throw error;
    }
  }

  #put(warm: Warm | undefined, { aborted }: AbortSignal): Promise<void> | void {
    if (warm === undefined) return;
    if (aborted || !warm.session.isAlive) return end(warm);
    warm.idle = setTimeout(() => this.#endIdle(warm), this.#options.idleMs).unref();
    this.#free.push(warm);
  }

  #endIdle(warm: Warm): void {
    const at = this.#free.indexOf(warm);
    if (at === -1) return;
    this.#free.splice(at, 1);
    this.#track(end(warm));
  }
}

/** Where it can't be told, another one is opened in its place. */
async function isCleared({ session }: Warm): Promise<boolean> {
  try {
    await session.doClear();
    return session.isAlive;
  } catch {
    return false;
  }
}

async function end({ session, idle }: Warm): Promise<void> {
  clearTimeout(idle);
  try {
    await session.doClose();
  } catch {
    // Nobody waits for it who could do better: without input it ends by itself, at the latest with this process.
  }
}
