import { mkdir } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import { Kysely, type Transaction } from "kysely";
import { TuttiError } from "../../domain/errors.ts";
import type { ChangeWatch, Migrations, Store, WaitOptions } from "../port.ts";
import { ChangeFeed } from "./change-feed.ts";
import { migrate } from "./migrate.ts";
import { openConnection, type Synchronous } from "./open-connection.ts";
import { type BusyLimit, retryWhileBusy } from "./retry-while-busy.ts";
import { closedError, storeErrorOf } from "./sqlite-errors.ts";
import { nodeSqliteDialect } from "./sqlite-dialect.ts";
import { PreparedSession, type SqliteSession } from "./sqlite-session.ts";
import { WriteLane } from "./write-lane.ts";

export type SqliteOptions = {
  /** A file on a local disk; its folder is made when it isn't there. */
  readonly path: string;
  readonly migrations: Migrations;
  /** How long a write waits for other processes. Default 10,000. */
  readonly busyLimitMs?: number;
  /** Default `normal`. */
  readonly synchronous?: Synchronous;
};

/**
 * One SQLite file, shared by any number of processes on one machine.
 * @throws {TuttiError} `STATE_NEWER`, `STATE_CORRUPT`, `STATE_UNAVAILABLE`, `STATE_BUSY`
 */
export async function openSqliteStore<Tables>(options: SqliteOptions): Promise<SqliteStore<Tables>> {
  const { path, migrations, busyLimitMs = 10_000, synchronous = "normal" } = options;
  await makeFolder(path);
  const busy = { path, limitMs: busyLimitMs };
  const writer = await openConnection(busy, synchronous);
  const reader = await openReader(writer, { busy, synchronous });
  const store = new SqliteStore<Tables>({ writer, reader, busy });
  try {
    await migrate(store, migrations, path);
    return store;
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
}

export class SqliteStore<Tables> implements Store<Tables> {
  readonly dialect = "sqlite";
  readonly #lane: WriteLane;
  readonly #writer: Kysely<Tables>;
  readonly #reader: Kysely<Tables>;
  readonly #readerDatabase: DatabaseSync;
  readonly #readerSession: PreparedSession;
  readonly #busy: BusyLimit;
  readonly #feed: ChangeFeed;
  readonly #sharedWatch: ChangeWatch;

  constructor({ writer, reader, busy }: Connections) {
    const writerSession = new PreparedSession(writer);
    this.#busy = busy;
    this.#readerDatabase = reader;
    this.#readerSession = new PreparedSession(reader);
    this.#feed = new ChangeFeed(this.#readerSession, busy.path);
    this.#sharedWatch = this.#feed.watch();
    this.#lane = new WriteLane(writer, { session: writerSession, busy, onCommit: () => this.#feed.poke() });
    this.#writer = writerOf<Tables>(this.#lane, writerSession);
    this.#reader = readerOf<Tables>(this.#readerSession, busy);
  }

  async read<T>(query: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    this.#refuseIfClosed();
    return query(this.#reader);
  }

  async write<T>(command: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    try {
      return await this.#lane.exclusive(() => this.#writer.transaction().execute(command));
    } catch (thrown) {
      throw storeErrorOf(thrown, this.#busy.path);
    }
  }

  /** As `write`, for a synchronous command. Commands that wait at the same time share a transaction, but not a fate. */
  transact<T>(command: (session: SqliteSession) => T): Promise<T> {
    return this.#lane.transact(command);
  }

  /** As `read`, for a synchronous query. It may run again when the file was locked. */
  async inspect<T>(query: (session: SqliteSession) => T): Promise<T> {
    this.#refuseIfClosed();
    return retryWhileBusy(() => query(this.#readerSession), this.#busy);
  }

  watch(): ChangeWatch {
    return this.#feed.watch();
  }

  waitForChange(options: WaitOptions): Promise<boolean> {
    return this.#sharedWatch.wait(options);
  }

  /** Waits for the writes that were asked for before; whoever waits for a change gets `false`. */
  async close(): Promise<void> {
    if (!this.#readerDatabase.isOpen) return;
    this.#feed.close();
    this.#readerDatabase.close();
    await this.#lane.close();
  }

  #refuseIfClosed(): void {
    if (!this.#readerDatabase.isOpen) throw closedError(this.#busy.path);
  }
}

type Connections = { readonly writer: DatabaseSync; readonly reader: DatabaseSync; readonly busy: BusyLimit };

async function openReader(
  writer: DatabaseSync,
  { busy, synchronous }: { readonly busy: BusyLimit; readonly synchronous: Synchronous },
): Promise<DatabaseSync> {
  try {
    const reader = await openConnection(busy, synchronous);
    reader.exec("PRAGMA query_only = ON");
    return reader;
  } catch (thrown) {
    writer.close();
    throw thrown;
  }
}

function writerOf<Tables>(lane: WriteLane, session: PreparedSession): Kysely<Tables> {
  const dialect = nodeSqliteDialect({
    session,
    execute: async (statement) => statement(),
    begin: () => lane.begin(),
    commit: () => lane.commit(),
    rollback: () => lane.rollback(),
  });
  return new Kysely<Tables>({ dialect });
}

function readerOf<Tables>(session: PreparedSession, busy: BusyLimit): Kysely<Tables> {
  const dialect = nodeSqliteDialect({
    session,
    execute: (statement) => retryWhileBusy(statement, busy),
    begin: () => Promise.reject(noTransactionError()),
    commit: () => undefined,
    rollback: () => undefined,
  });
  return new Kysely<Tables>({ dialect });
}

function noTransactionError(): TuttiError {
  return new TuttiError("INTERNAL", "A read has no transaction: use the store's write", { failureClass: "bug" });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new TuttiError("STATE_UNAVAILABLE", `The folder of the database ${path} can't be made`, {
      hint: "Name a place that you may write to.",
      context: { path },
      cause: thrown,
    });
  }
}
