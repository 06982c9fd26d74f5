import { Writable } from "node:stream";

import { processOutput, type Output } from "../../output.ts";

export type FakeTerminal = {
  readonly stream: Writable & { readonly isTTY: boolean; readonly columns: number; readonly rows: number };
  readonly output: Output;
  /** Everything written so far, escape sequences included. */
  readonly written: () => string;
};

/** A stream of a fixed size that says that it is a terminal, and an output on it. */
export function fakeTerminal(size: { columns: number; rows: number } = { columns: 61, rows: 20 }): FakeTerminal {
  const chunks: string[] = [];
  const stream = Object.assign(
    new Writable({
      decodeStrings: false,
      write: (chunk: unknown, _encoding, done) => {
        chunks.push(String(chunk));
        done();
      },
    }),
    { isTTY: true, ...size },
  );
  const process = { stdout: stream, stderr: stream, env: { NO_COLOR: "1" } };
  return { stream, output: processOutput(process, { isJson: false }), written: () => chunks.join("") };
}
