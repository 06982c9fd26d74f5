import { TuttiError } from "../domain/errors.ts";
import { colourStyle, noStyle, wantsColour, type Style } from "./render/style.ts";

/** Where a command prints. Its functions may be passed on by themselves. */
export type Output = {
  /** Text as it is: the caller writes the line's end. Never throws because the reader went away. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether a person sees `stdout` on a terminal. */
  readonly isTty: boolean;
  /** Of the terminal as it is now; 80 where there is none. */
  readonly columns: number;
  /** Of the terminal as it is now; 24 where there is none. */
  readonly rows: number;
  readonly isJson: boolean;
  readonly style: Style;
  /** Aborts when nobody can read `stdout` any more, with the reason. */
  readonly readerGone: AbortSignal;
  /**
   * Hands the terminal to somebody who redraws it: what is printed meanwhile goes through `print`, which puts it above.
   * @returns gives the terminal back
   */
  readonly takeScreen: (print: (text: string) => void) => () => void;
};

/** The part of a stream that an output needs; the last three are absent where it isn't a terminal. */
export type OutputStream = {
  write(text: string): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  readonly writable: boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** The part of a process that an output needs. */
export type OutputProcess = {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export type OutputOptions = {
  readonly isJson: boolean;
  /** `--no-color` was given. Default: not. */
  readonly isColourRefused?: boolean;
};

/** Prints to the process's own streams. */
export function processOutput(process: OutputProcess, options: OutputOptions): Output {
  const { stdout, stderr, env } = process;
  const isTty = stdout.isTTY === true;
  const isRefused = options.isColourRefused ?? false;
  const readerGone = abortedByErrors(stdout);
  abortedByErrors(stderr);
  let print: ((text: string) => void) | undefined;
  const writeTo = (stream: OutputStream) => (text: string) => {
    if (print !== undefined && stream.isTTY === true) print(text);
    else if (stream.writable) stream.write(text);
  };
  return {
    stdout: writeTo(stdout),
    stderr: writeTo(stderr),
    isTty,
    get columns() {
      return sizeOr(stdout.columns, 80);
    },
    get rows() {
      return sizeOr(stdout.rows, 24);
    },
    isJson: options.isJson,
    style: wantsColour({ env, isTty, isRefused }) ? colourStyle : noStyle,
    readerGone,
    takeScreen: (writer) => {
      print = writer;
      return () => {
        if (print === writer) print = undefined;
      };
    },
  };
}

/** Some terminals say 0. */
const sizeOr = (size: number | undefined, fallback: number): number =>
  size !== undefined && size > 0 ? size : fallback;

/** A reader that goes away (`| head`, a closed terminal) must not end the work: it ends the showing. */
function abortedByErrors(stream: OutputStream): AbortSignal {
  const gone = new AbortController();
  stream.on("error", (error) => gone.abort(TuttiError.from(error)));
  return gone.signal;
}
