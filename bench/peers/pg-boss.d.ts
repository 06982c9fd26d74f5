/** The part of pg-boss 12.30 that the benchmark uses. */
declare module "pg-boss" {
  export class PgBoss {
    constructor(options: {
      readonly connectionString: string;
      readonly useListenNotify?: boolean;
      readonly supervise?: boolean;
      readonly schedule?: boolean;
    });
    on(event: "error", listener: (error: Error) => void): this;
    start(): Promise<this>;
    stop(options?: { readonly graceful?: boolean }): Promise<void>;
    createQueue(name: string, options?: { readonly notify?: boolean }): Promise<void>;
    send(name: string, data: object): Promise<string | null>;
    insert(name: string, jobs: readonly { readonly data: object }[]): Promise<unknown>;
    work(
      name: string,
      options: {
        readonly batchSize: number;
        readonly pollingIntervalSeconds: number;
        readonly burstWhenBatchFull?: boolean;
      },
      handler: (jobs: readonly { readonly data: unknown }[]) => Promise<void>,
    ): Promise<string>;
  }
}
