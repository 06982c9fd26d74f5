import { setTimeout as delay } from "node:timers/promises";
import { TuttiError } from "../../domain/errors.ts";
import type { EngineContext } from "./engine-context.ts";
import { holdLease, type Lease } from "./lease.ts";
import type { SqlSession } from "./sql-store.ts";

/** Between two tries to write what must not be lost. */
const retryPauseMs = 100;

export type FencedCommand<T> = (session: SqlSession, held: { readonly cancelReason: string | undefined }) => T;

/**
 * Runs `command` in a transaction that the lease stands before. A finished step may have cost money: while the database
 * is locked the write is tried again until the lease is gone.
 * @throws {TuttiError} `LEASE_LOST`, or what the store or `command` threw
 */
export async function writeFenced<T>(
  { store, logger }: EngineContext,
  lease: Lease,
  command: FencedCommand<T>,
): Promise<T> {
  for (;;) {
    try {
      return await store.transact((session) => command(session, holdLease(session, lease)));
    } catch (thrown) {
      if (!TuttiError.is(thrown) || thrown.code !== "STATE_BUSY") throw thrown;
      logger.warn({ runId: lease.runId, error: thrown.message }, "a write for a run waits for the database");
    }
    await delay(retryPauseMs);
  }
}
