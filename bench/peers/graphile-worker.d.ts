/** The part of graphile-worker 0.18 that the benchmark uses. */
declare module "graphile-worker" {
  export type SharedOptions = {
    readonly connectionString: string;
    readonly maxPoolSize?: number;
    readonly logger?: Logger;
    readonly preset?: {
      readonly worker?: {
        readonly concurrentJobs?: number;
        readonly localQueue?: { readonly size: number };
      };
    };
  };
  export type WorkerUtils = {
    migrate(): Promise<void>;
    addJob(task: string, payload: unknown): Promise<unknown>;
    addJobs(specs: readonly { readonly identifier: string; readonly payload: unknown }[]): Promise<unknown>;
    release(): Promise<void>;
  };
  export type Runner = { stop(): Promise<void> };

  export class Logger {
    constructor(factory: () => (level: string, message: string) => void);
    error(message: string): void;
  }
  export function makeWorkerUtils(options: SharedOptions): Promise<WorkerUtils>;
  export function run(
    options: SharedOptions & {
      readonly concurrency: number;
      readonly noHandleSignals?: boolean;
      readonly taskList: Readonly<Record<string, (payload: unknown) => Promise<void>>>;
    },
  ): Promise<Runner>;
}
