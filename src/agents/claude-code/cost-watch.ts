import type { ClaudeStream } from "./claude-stream.ts";

/** Asks `claude` for the price of the turn while it runs: only it knows the prices of its account. */
export class CostWatch {
  readonly #stream: ClaudeStream;
  readonly #tell: (usd: number) => void;
  #before = 0;
  #isAsking = false;

  /** @param tell - gets what the turn has cost so far, in US dollars */
  constructor(stream: ClaudeStream, tell: (usd: number) => void) {
    this.#stream = stream;
    this.#tell = tell;
  }

  /** Before the prompt: what the conversation had cost until now. */
  async begin(): Promise<void> {
    this.#before = (await this.#total()) ?? 0;
  }

  look(): void {
    if (this.#isAsking) return;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    const total = await this.#total();
    this.#isAsking = false;
    if (total !== undefined) this.#tell(total - this.#before);
  }

  /** `undefined` when this `claude` can't tell or is gone: then only the result, at the end of the turn, has the cost. */
  async #total(): Promise<number | undefined> {
    return this.#stream.costSoFarUsd().catch(() => undefined);
  }
}
