import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { TuttiError } from "../../domain/errors.ts";
import { type PreparedSession, type SqliteValue, toSqliteValue } from "./sqlite-session.ts";

/** How the dialect gets at a connection that others use too. */
export type ConnectionSource = {
  readonly session: PreparedSession;
  /** Runs one statement; a read retries here while the file is locked. */
  execute<T>(statement: () => T): Promise<T>;
  begin(): Promise<void>;
  commit(): void;
  rollback(): void;
};

/** Kysely over `node:sqlite`. Whoever made the source opens, closes and guards the connection: the dialect does neither. */
export function nodeSqliteDialect(source: ConnectionSource): Dialect {
  return {
    createDriver: () => new SourceDriver(source),
    createAdapter: () => new UnguardedAdapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** Kysely would otherwise put a lock of its own around the connection, which the store guards already. */
class UnguardedAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SourceDriver implements Driver {
  readonly #source: ConnectionSource;
  readonly #connection: SourceConnection;

  constructor(source: ConnectionSource) {
    this.#source = source;
    this.#connection = new SourceConnection(source);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    await this.#source.begin();
  }

  async commitTransaction(): Promise<void> {
    this.#source.commit();
  }

  async rollbackTransaction(): Promise<void> {
    this.#source.rollback();
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

class SourceConnection implements DatabaseConnection {
  readonly #source: ConnectionSource;

  constructor(source: ConnectionSource) {
    this.#source = source;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#source.execute(() => execute<R>(this.#source.session, query));
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TuttiError("INTERNAL", "SQLite results aren't streamed: read in pages", { failureClass: "bug" });
  }
}

function execute<R>(session: PreparedSession, query: CompiledQuery): QueryResult<R> {
  const { statement, isReader } = session.prepare(query.sql);
  const parameters: readonly SqliteValue[] = query.parameters.map(toSqliteValue);
  if (isReader) return { rows: asRows<R>(statement.all(...parameters)) };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}

/** Kysely typed the query; the driver knows only that it got rows. */
function asRows<R>(rows: readonly unknown[]): R[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return rows as R[];
}
