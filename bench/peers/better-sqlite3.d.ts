/** The part of better-sqlite3 13 that the benchmark uses. */
declare module "better-sqlite3" {
  export default class Database {
    constructor(path: string);
    pragma(statement: string): unknown;
    close(): void;
  }
}
