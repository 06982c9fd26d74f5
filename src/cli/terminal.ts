import type { Readable, Writable } from "node:stream";

import type { Environment } from "../compose.ts";

/** Where a person sits who can be asked. */
export type Terminal = { readonly input: TerminalInput; readonly output: Writable };

/** Keys arrive one by one in raw mode, and in lines otherwise. */
export type TerminalInput = Readable & {
  readonly isTTY?: boolean;
  readonly setRawMode?: (isRaw: boolean) => unknown;
};

export type TerminalProcess = {
  readonly stdin: TerminalInput;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly env: Environment;
};

/** `undefined` where nobody would answer: without a terminal on both sides, with `--json`, on a build server. */
export function terminalOf(process: TerminalProcess, { isJson }: { readonly isJson: boolean }): Terminal | undefined {
  // Some build servers give their jobs a terminal that nobody looks at.
  if (isJson || process.stdout.isTTY !== true || isSet(process.env["CI"])) return undefined;
  // Looked at last: it is opened by that.
  const { stdin, stdout } = process;
  return stdin.isTTY === true ? { input: stdin, output: stdout } : undefined;
}

const isSet = (value: string | undefined): boolean => value !== undefined && !["", "0", "false"].includes(value);
