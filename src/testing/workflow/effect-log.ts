import { appendFileSync, existsSync, readFileSync } from "node:fs";

import type { Json } from "../../domain/json.ts";

/** Something that a run did to the world, or was told by it; `jumped`: the clock of all runs moved on. */
export type Effect = {
  readonly run: string;
  /** Which of the processes that the run lived in, one after the other, from 1. */
  readonly life: number;
  /** By the run's own clock, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly event: "started" | "begun" | "ended" | "asked" | "jumped";
  /** `<scope>@<position>` in the journal. */
  readonly node: string;
  readonly name: string;
  /** Of an agent's or command's call, and of a question. */
  readonly key?: string;
  readonly answer?: Json;
};

/** What the world remembers of the effects of a run, whatever becomes of the process. */
export interface EffectLog {
  append(effect: Effect): void;
  readonly effects: readonly Effect[];
}

export class MemoryEffectLog implements EffectLog {
  readonly effects: Effect[] = [];

  append(effect: Effect): void {
    this.effects.push(effect);
  }
}

/** One line of JSON for each effect. What was appended outlives kill -9 of this process. */
export class FileEffectLog implements EffectLog {
  readonly effects: Effect[];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.effects = existsSync(path) ? readEffects(path) : [];
  }

  append(effect: Effect): void {
    appendFileSync(this.#path, `${JSON.stringify(effect)}\n`);
    this.effects.push(effect);
  }
}

export function readEffects(path: string): Effect[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line): Effect => JSON.parse(line) as Effect);
}
