import { dirname } from "node:path";

import type { AgentAdapter, AgentLaunch, AgentSession } from "../../agents/port.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { SessionId, SlotId } from "../../domain/ids.ts";

type Live = {
  readonly key: string;
  readonly session: AgentSession;
  conversation: SessionId | undefined;
  isUsed: boolean;
};

/** A session ready for its turn, and whether the conversation that was asked for is the one it holds. */
export type Checkout = { readonly session: AgentSession; readonly noteConversation: (id: SessionId) => void };

/**
 * Keeps one live agent process for each slot warm. A launch with other start-time options replaces it; the same options
 * with an empty conversation clear it, which costs a tenth of a new process.
 */
export class AgentPool {
  readonly #adapter: AgentAdapter;
  readonly #live = new Map<SlotId, Live>();
  #isClosed = false;

  constructor(adapter: AgentAdapter) {
    this.#adapter = adapter;
  }

  /** Beside whatever comes before `checkOut`, which says what goes wrong with it. */
  warmUp(): void {
    this.#adapter.doWarmUp?.().catch(() => undefined);
  }

  /** @throws {TuttiError} what {@link AgentAdapter.doOpen} throws */
  async checkOut(launch: AgentLaunch): Promise<Checkout> {
    const live = (await this.#reuse(launch)) ?? (await this.#open(launch));
    live.isUsed = true;
    return {
      session: live.session,
      noteConversation: (id) => {
        live.conversation = id;
      },
    };
  }

  async closeSlot(slotId: SlotId): Promise<void> {
    const live = this.#live.get(slotId);
    this.#live.delete(slotId);
    await live?.session.doClose();
  }

  /** For good. An agent that is still being started then is ended as soon as it runs: nobody would ever end it later. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#live.keys()].map((slotId) => this.closeSlot(slotId)));
  }

  async #reuse(launch: AgentLaunch): Promise<Live | undefined> {
    const live = this.#live.get(launch.slotId);
    if (live === undefined || !live.session.isAlive || live.key !== keyOf(launch)) return undefined;
    if (launch.forkOf !== undefined) return undefined;
    if (launch.resume !== undefined) return launch.resume === live.conversation ? live : undefined;
    if (live.isUsed) await live.session.doClear();
    live.conversation = undefined;
    return live.session.isAlive ? live : undefined;
  }

  async #open(launch: AgentLaunch): Promise<Live> {
    if (this.#isClosed) throw closedError();
    await this.closeSlot(launch.slotId);
    // An agent that removes its .git must not find the repository of whatever folder lies above.
    const env = { GIT_CEILING_DIRECTORIES: dirname(launch.cwd), ...launch.env };
    const session = await this.#adapter.doOpen({ ...launch, env });
    if (this.#isClosed) {
      await session.doClose();
      throw closedError();
    }
    const live: Live = { key: keyOf(launch), session, conversation: launch.resume, isUsed: false };
    this.#live.set(launch.slotId, live);
    return live;
  }
}

const closedError = (): TuttiError =>
  new TuttiError("ABORTED", "No agent is started any more: its holder has stopped", { failureClass: "killed" });

/** Everything that is fixed at the start; which conversation goes on is not. */
function keyOf(launch: AgentLaunch): string {
  const { resume: _conversation, forkOf: _origin, ...fixed } = launch;
  return JSON.stringify(fixed);
}
