import type { Project } from "../../compose.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { ReceivedEvent } from "../../domain/workflow/received-event.ts";
import { pacedWatch } from "../../orchestration/coordinator/paced-watch.ts";
import { dueEvents } from "../../orchestration/workflow-events/event-jobs.ts";

const lookAgainMs = 1_000;
/** What could not be begun may be able to later: a file was mended, a lock is gone. */
const tryAgainMs = 30_000;

export type EventLoop = {
  readonly services: Project["services"];
  /** Events at once. */
  readonly concurrency: number;
  readonly carryOut: (received: ReceivedEvent) => Promise<void>;
  /** Told of an event that could not be carried out for now. */
  readonly onTrouble: (received: ReceivedEvent, error: TuttiError) => void;
  /** Aborts: nothing new is begun; returns when what is under way has stopped. */
  readonly stop: AbortSignal;
  /** Return when nothing is due any more, instead of waiting for what comes. */
  readonly isOnce: boolean;
};

/** Carries out what is due, the oldest first, and waits for more. It keeps nothing that another process could not see again. */
export async function carryOutEvents({ services, concurrency, isOnce, stop, ...loop }: EventLoop): Promise<void> {
  const underWay = new Map<string, Promise<void>>();
  const retryAt = new Map<string, number>();
  const changes = pacedWatch(services.state.events.watch());
  const begin = (received: ReceivedEvent): void => {
    const { id } = received.event;
    const work = carry(received).finally(() => underWay.delete(id));
    underWay.set(id, work);
  };
  try {
    while (!stop.aborted) {
      const due = (await dueEvents(services, new Set(underWay.keys()))).filter(({ event: { id } }) => isFree(id));
      for (const received of due.slice(0, concurrency - underWay.size)) begin(received);
      if (isOnce && underWay.size === 0) return;
      // What has ended has written so: that is a change, too.
      await changes.wait({ timeoutMs: lookAgainMs, signal: stop });
    }
  } finally {
    await Promise.allSettled(underWay.values());
  }

  function isFree(id: string): boolean {
    return isOnce ? !retryAt.has(id) : (retryAt.get(id) ?? 0) <= services.now();
  }

  async function carry(received: ReceivedEvent): Promise<void> {
    try {
      await loop.carryOut(received);
    } catch (thrown) {
      const error = TuttiError.from(thrown);
      // Somebody else has it: that is no trouble.
      if (error.code !== "JOB_BUSY") loop.onTrouble(received, error);
    } finally {
      retryAt.set(received.event.id, services.now() + tryAgainMs);
    }
  }
}
