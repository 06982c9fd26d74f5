import type { TokenCounter } from "../../domain/prompt/prompt-part.ts";

/** The counter's time grows with the square of what has no blank in it: such a run is counted in pieces. */
const longRun = /(\S{200})(?=\S)/g;

let loaded: Promise<TokenCounter> | undefined;

/** Counts with o200k, whose counts are near those of the models in use. Its vocabulary is large and is loaded once, when first asked for. */
export function loadTokenCounter(): Promise<TokenCounter> {
  loaded ??= import("gpt-tokenizer/encoding/o200k_base").then(({ countTokens }) => ({
    name: "o200k",
    // What looks like a special token is text as any other.
    count: (text) => countTokens(text.replaceAll(longRun, "$1 "), { disallowedSpecial: new Set() }),
  }));
  return loaded;
}
