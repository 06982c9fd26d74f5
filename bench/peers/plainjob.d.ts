/** The part of plainjob 0.0.14 that the benchmark uses. Declared here so that the project type-checks without the peers. */
declare module "plainjob" {
  import type Database from "better-sqlite3";

  export type Connection = { readonly filename: string };
  export type Logger = Readonly<Record<"error" | "warn" | "info" | "debug", (message: string) => void>>;
  export type Queue = {
    add(type: string, data: unknown): { readonly id: number };
    addMany(type: string, data: readonly unknown[]): { readonly ids: readonly number[] };
    close(): void;
  };
  export type Job = { readonly id: number; readonly type: string; readonly data: string };
  export type Worker = { start(): Promise<void>; stop(): Promise<void> };

  export function better(database: Database): Connection;
  export function defineQueue(options: { readonly connection: Connection; readonly logger?: Logger }): Queue;
  export function defineWorker(
    type: string,
    processor: (job: Job) => Promise<void>,
    options: { readonly queue: Queue; readonly logger?: Logger; readonly pollIntervall?: number },
  ): Worker;
}
