import { setTimeout as delay } from "node:timers/promises";

import type { TerminalInput } from "../terminal.ts";
import { isInForeground } from "./is-in-foreground.ts";

/** What a terminal would do by itself, did it not hand on each key. */
const jobControl: ReadonlyMap<string, NodeJS.Signals> = new Map([
  ["\u001A", "SIGTSTP"],
  ["\u001C", "SIGQUIT"],
]);

const interruptKey = "\u0003";

/** Keys that were pressed before anybody listened arrive at once. */
const arrivesWithinMs = 50;

/** The one key that a person may press while the work is shown. Everything else that is typed is dropped. */
export class AnswerKey {
  readonly #input: TerminalInput;
  readonly #interrupt: () => void;
  readonly #isReached: () => boolean;
  #pressed: AbortController | undefined;
  #isReady = false;
  #isGone = false;

  /**
   * @param interrupt - a Ctrl-C, which is a key like any other as long as keys are listened to
   * @param isReached - by what is typed
   */
  constructor(input: TerminalInput, interrupt: () => void, isReached = (): boolean => isInForeground(input)) {
    this.#input = input;
    this.#interrupt = interrupt;
    this.#isReached = isReached;
  }

  /**
   * Goes on listening, or begins to: then what was pressed before is dropped first.
   * @returns aborts when the key is pressed; nothing is listened to then. `undefined` where nobody could press it
   */
  async listen(): Promise<AbortSignal | undefined> {
    if (this.#isGone || !this.#isReached()) this.rest();
    else if (this.#pressed === undefined) await this.#begin();
    return this.#pressed?.signal;
  }

  /** Leaves the terminal as it was. Idempotent. */
  rest(): undefined {
    if (this.#pressed === undefined) return;
    this.#pressed = undefined;
    this.#input.off("data", this.#take);
    this.#input.off("error", this.#lose);
    this.#input.off("end", this.#lose);
    if (this.#input.isTTY === true && !this.#isGone) this.#input.setRawMode?.(false);
    this.#input.pause();
  }

  async #begin(): Promise<void> {
    this.#pressed = new AbortController();
    this.#isReady = false;
    if (this.#input.isTTY === true) this.#input.setRawMode?.(true);
    this.#input.on("error", this.#lose);
    this.#input.on("end", this.#lose);
    this.#input.on("data", this.#take);
    // A listener alone does not wake a stream that was paused.
    this.#input.resume();
    if (this.#input.isTTY === true) await delay(arrivesWithinMs);
    this.#isReady = true;
  }

  readonly #take = (typed: unknown): void => {
    const keys = String(typed);
    if (keys.includes(interruptKey)) return this.#interrupt();
    const signal = jobControl.get(keys);
    if (signal !== undefined) return this.#signalAll(signal);
    if (!this.#isReady || keys.toLowerCase() !== "a") return;
    const pressed = this.#pressed;
    this.rest();
    pressed?.abort();
  };

  /** As the terminal does it: everything that was started together. */
  #signalAll(signal: NodeJS.Signals): void {
    this.rest();
    process.kill(0, signal);
  }

  /** Whoever sat there has hung up. */
  readonly #lose = (): void => {
    this.#isGone = true;
    this.rest();
  };
}
