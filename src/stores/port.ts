import type { Kysely, Transaction } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * A database that holds state, journal and events, shared by any number of processes.
 *
 * Reads see committed data only. A write is one transaction: it commits whole or not at all, it never interleaves with
 * another write of the same store object, and it retries while another process writes.
 */
export interface Store<Tables> {
  readonly dialect: "sqlite" | "postgres";
  /** Queries without side effects. */
  read<T>(query: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * Runs `command` in a transaction. `command` awaits queries on `tx` and nothing else, so that a lock is never held while
   * something slow happens.
   * @throws {TuttiError} `STATE_BUSY` when the database stayed locked for the whole busy limit
   */
  write<T>(command: (tx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /**
   * Resolves `true` soon after any process committed, `false` after `timeoutMs` or when `signal` aborts.
   * Spurious wake-ups are allowed, lost ones are not: a commit between two calls wakes the second. All callers share one
   * memory of what was reported, so this is for a store object with one consumer; several take a `watch` each.
   */
  waitForChange(options: WaitOptions): Promise<boolean>;
  /** A memory of its own of the commits that were reported: one for each consumer. It holds no resource. */
  watch(): ChangeWatch;
  close(): Promise<void>;
}

export type WaitOptions = { readonly timeoutMs: number; readonly signal?: AbortSignal };

export interface ChangeWatch {
  /** As `Store.waitForChange`, counted from this watch's making or its last `true`. One call at a time. */
  wait(options: WaitOptions): Promise<boolean>;
}

/** Named migrations, applied once each in the order of their names: `001-jobs`. */
export type Migrations = Readonly<Record<string, Migration>>;
