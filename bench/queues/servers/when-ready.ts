import { setTimeout as delay } from "node:timers/promises";

export type Starting = {
  readonly name: string;
  readonly isReady: () => Promise<boolean>;
  /** Settles when the server's process ends. */
  readonly ended: Promise<unknown>;
};

/** @throws {Error} after ten seconds, or when the server has ended */
export async function whenReady({ name, isReady, ended }: Starting): Promise<void> {
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  const deadline = performance.now() + 10_000;
  while (!(await isReady())) {
    if (hasEnded || performance.now() > deadline) throw new Error(`${name} did not come up`);
    await delay(50);
  }
}
