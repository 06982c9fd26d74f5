/** The same numbers for the same seed, on every machine. Source: Mulberry32 by Tommy Ettinger, public domain. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
    // Neighbouring seeds begin alike.
    for (let skipped = 0; skipped < 8; skipped += 1) this.fraction();
  }

  /** In [0, 1). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Both ends included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** @throws {RangeError} when there is nothing to pick from */
  pick<T>(choices: readonly T[]): T {
    const index = this.int(0, choices.length - 1);
    const [picked] = choices.slice(index, index + 1);
    if (picked === undefined) throw new RangeError("nothing to pick from");
    return picked;
  }
}
