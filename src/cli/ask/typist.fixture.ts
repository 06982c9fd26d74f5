import { PassThrough, Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";

import { until } from "../../testing/engine/test-bed.ts";
import type { Terminal } from "../terminal.ts";

export const keys = { enter: "\r", escape: "\u001B", down: "\u001B[B", clear: "\u0015" } as const;

export type Typist = {
  readonly terminal: Terminal;
  /** Everything that was shown, without colours. */
  readonly shown: () => string;
  /** Presses keys when a text is to be seen that was not seen before the last keys. */
  readonly when: (text: string, ...pressed: readonly string[]) => Promise<void>;
};

/** A person who waits for what is asked. */
export function typist(): Typist {
  const input = new PassThrough();
  let shown = "";
  let seen = 0;
  const output = new Writable({
    decodeStrings: false,
    write: (chunk: unknown, _encoding, done) => {
      shown += stripVTControlCharacters(String(chunk));
      done();
    },
  });
  return {
    terminal: { input, output },
    shown: () => shown,
    when: async (text, ...pressed) => {
      await until(() => shown.includes(text, seen));
      seen = shown.length;
      for (const key of pressed) {
        input.write(key);
        // Each key is one, as from a keyboard.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
