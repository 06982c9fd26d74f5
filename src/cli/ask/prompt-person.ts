import { setTimeout as delay } from "node:timers/promises";

import type { Terminal, TerminalInput } from "../terminal.ts";

/** What every question of the library takes. */
export type PromptOptions = Terminal & { readonly signal: AbortSignal };

/**
 * Puts one question of the library to the person.
 * @param until - withdraws it; the library's answer is then the one for a cancelled question
 */
export async function promptPerson<Answer>(
  terminal: Terminal,
  until: AbortSignal,
  prompt: (options: PromptOptions) => Promise<Answer>,
): Promise<Answer> {
  // The library never takes its listener off: a signal that lives longer would close a question that is over.
  const own = new AbortController();
  const withdraw = (): void => own.abort();
  if (until.aborted) withdraw();
  until.addEventListener("abort", withdraw);
  try {
    await dropTypedKeys(terminal.input);
    return await prompt({ ...terminal, signal: own.signal });
  } finally {
    until.removeEventListener("abort", withdraw);
  }
}

/** What the system has kept arrives with the next look. */
const arrivesWithinMs = 50;

/** Keys that were pressed before a question was to be seen answer nothing. */
async function dropTypedKeys(input: TerminalInput): Promise<void> {
  if (input.isTTY !== true) return;
  const drop = (): void => undefined;
  input.setRawMode?.(true);
  input.on("data", drop);
  // A listener alone does not wake a stream that an earlier question has paused.
  input.resume();
  await delay(arrivesWithinMs);
  input.off("data", drop);
  input.pause();
}
