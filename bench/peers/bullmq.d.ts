/** The part of BullMQ 6.7 that the benchmark uses. */
declare module "bullmq" {
  export type Connection = { readonly host: string; readonly port: number; readonly maxRetriesPerRequest?: null };
  export type QueueOptions = { readonly connection: Connection };
  export type JobOptions = { readonly removeOnComplete?: boolean };

  export class Queue<Data> {
    constructor(name: string, options: QueueOptions);
    waitUntilReady(): Promise<unknown>;
    add(name: string, data: Data, options?: JobOptions): Promise<unknown>;
    addBulk(jobs: readonly { name: string; data: Data; opts?: JobOptions }[]): Promise<unknown>;
    close(): Promise<void>;
  }

  export class Worker<Data> {
    constructor(
      name: string,
      processor: (job: { readonly data: Data }) => Promise<unknown>,
      options: QueueOptions & { readonly concurrency?: number },
    );
    waitUntilReady(): Promise<unknown>;
    on(event: "error", listener: (error: Error) => void): this;
    close(): Promise<void>;
  }
}
