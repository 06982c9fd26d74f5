/** The part of OpenWorkflow 0.10 that the benchmark uses. */
declare module "openworkflow" {
  export type Backend = { stop(): Promise<void> };
  export type Step = { run<T>(options: { readonly name: string }, effect: () => Promise<T>): Promise<T> };
  export type Run = { result(): Promise<unknown> };
  export type Workflow<Input> = { run(input: Input): Promise<Run> };
  export type Worker = { start(): Promise<void>; stop(): Promise<void> };

  export class OpenWorkflow {
    constructor(options: { readonly backend: Backend });
    newWorker(options: { readonly concurrency: number }): Worker;
    defineWorkflow<Input, Output>(
      spec: { readonly name: string },
      body: (context: { readonly input: Input; readonly step: Step }) => Promise<Output>,
    ): Workflow<Input>;
  }
}
declare module "openworkflow/sqlite" {
  import type { Backend } from "openworkflow";
  export const BackendSqlite: { connect(path: string): Backend };
}
declare module "openworkflow/postgres" {
  import type { Backend } from "openworkflow";
  export const BackendPostgres: { connect(url: string): Promise<Backend> };
}
