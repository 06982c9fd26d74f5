import type { Output } from "./output.ts";
import { noStyle } from "./render/style.ts";

export type MemoryOutput = Output & { readonly out: () => string; readonly err: () => string };

/** An output that remembers what was printed. */
export function memoryOutput(options: { isJson?: boolean; columns?: number; isTty?: boolean } = {}): MemoryOutput {
  const printed: string[] = [];
  const complained: string[] = [];
  return {
    stdout: (text) => void printed.push(text),
    stderr: (text) => void complained.push(text),
    isTty: options.isTty ?? false,
    columns: options.columns ?? 80,
    rows: 24,
    isJson: options.isJson ?? false,
    style: noStyle,
    readerGone: new AbortController().signal,
    takeScreen: () => () => undefined,
    out: () => printed.join(""),
    err: () => complained.join(""),
  };
}
