import type { TokenCounter } from "../../domain/prompt/prompt-part.ts";

/** The counter's time grows with the square of a run of letters or of blanks: such a run is counted in pieces. */
const longWord = /(\S{200})(?=\S)/g;
const longGap = /(\s{200})(?=\s)/g;

const inPieces = (text: string): string => text.replaceAll(longWord, "$1 ").replaceAll(longGap, "$1.");

let loaded: Promise<TokenCounter> | undefined;

/** Counts with o200k, whose counts are near those of the models in use. Its vocabulary is large and is loaded once, when first asked for. */
export function loadTokenCounter(): Promise<TokenCounter> {
  loaded ??= import("gpt-tokenizer/encoding/o200k_base").then(({ countTokens }) => ({
    name: "o200k",
    // What looks like a special token is text as any other.
    count: (text) => countTokens(inPieces(text), { disallowedSpecial: new Set() }),
  }));
  return loaded;
}
