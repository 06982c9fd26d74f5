import type { DatabaseSync } from "node:sqlite";
import { Mutex } from "./mutex.ts";
import { type BusyLimit, retryWhileBusy } from "./retry-while-busy.ts";
import { closedError, storeErrorOf } from "./sqlite-errors.ts";
import type { PreparedSession, SqliteSession } from "./sqlite-session.ts";

/** Bounds how long one transaction of collected commands may hold the lock. */
const maxGroup = 64;

type Command = {
  /** Runs inside the transaction. @returns what to do once it has committed */
  readonly run: () => () => void;
  readonly reject: (reason: unknown) => void;
};

/**
 * The one way to write: transactions on one connection, one after the other.
 *
 * Synchronous commands that wait at the same time share a transaction, each in a savepoint of its own (group commit:
 * DeWitt et al., "Implementation Techniques for Main Memory Database Systems", 1984), so that the cost of a commit is shared.
 */
export class WriteLane {
  readonly #database: DatabaseSync;
  readonly #session: PreparedSession;
  readonly #busy: BusyLimit;
  readonly #onCommit: () => void;
  readonly #mutex = new Mutex();
  readonly #pending: Command[] = [];
  #isDraining = false;
  #isClosed = false;

  constructor(database: DatabaseSync, { session, busy, onCommit }: LaneOptions) {
    this.#database = database;
    this.#session = session;
    this.#busy = busy;
    this.#onCommit = onCommit;
  }

  /** Runs `work` while nobody else writes on this connection. It begins and ends its own transaction. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(() => (this.#isClosed ? Promise.reject(closedError(this.#busy.path)) : work()));
  }

  /** Runs a synchronous `command` in a transaction; when it throws, what it wrote is undone. */
  transact<T>(command: (session: SqliteSession) => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = () => {
      const value = command(this.#session);
      return () => resolve(value);
    };
    this.#pending.push({ run, reject });
    if (!this.#isDraining) void this.#drain();
    return promise;
  }

  async begin(): Promise<void> {
    await retryWhileBusy(() => this.#session.run("BEGIN IMMEDIATE"), this.#busy);
  }

  commit(): void {
    this.#session.run("COMMIT");
    this.#onCommit();
  }

  /** Does nothing when SQLite has already rolled back by itself, as it does when the disk is full. */
  rollback(): void {
    if (this.#database.isTransaction) this.#session.run("ROLLBACK");
  }

  /** Waits for the writes that were asked for before. */
  async close(): Promise<void> {
    await this.exclusive(async () => {
      this.#isClosed = true;
      this.#database.close();
    });
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    while (this.#pending.length > 0) {
      const release = await this.#mutex.acquire();
      await this.#commitGroup(this.#pending.splice(0, maxGroup));
      release();
    }
    this.#isDraining = false;
  }

  async #commitGroup(group: readonly Command[]): Promise<void> {
    try {
      if (this.#isClosed) throw closedError(this.#busy.path);
      await this.begin();
      const [only] = group;
      // What fails alone is undone with the whole transaction.
      const settle =
        group.length === 1 && only !== undefined ? [only.run()] : group.map((command) => this.#runInSavepoint(command));
      this.commit();
      for (const done of settle) done();
    } catch (thrown) {
      const reason = this.#undo(thrown);
      for (const command of group) command.reject(reason);
    }
  }

  #undo(thrown: unknown): unknown {
    try {
      this.rollback();
      return storeErrorOf(thrown, this.#busy.path);
    } catch (second) {
      return new AggregateError([thrown, second], "A transaction failed, and so did its roll-back");
    }
  }

  #runInSavepoint(command: Command): () => void {
    this.#session.run("SAVEPOINT command");
    try {
      const done = command.run();
      this.#session.run("RELEASE command");
      return done;
    } catch (thrown) {
      if (!this.#database.isTransaction) throw thrown;
      this.#session.run("ROLLBACK TO command");
      this.#session.run("RELEASE command");
      return () => command.reject(storeErrorOf(thrown, this.#busy.path));
    }
  }
}

export type LaneOptions = {
  readonly session: PreparedSession;
  readonly busy: BusyLimit;
  readonly onCommit: () => void;
};
