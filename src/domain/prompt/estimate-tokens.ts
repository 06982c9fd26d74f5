import type { TokenCounter } from "./prompt-part.ts";

const encoder = new TextEncoder();

/** The vocabularies in use split bytes: no text has more tokens than it has bytes in UTF-8. */
export const mostTokens = (text: string): number => encoder.encode(text).length;

/** Bytes of English prose and of code that make a token, about. */
const bytesPerToken = 4;

/** Costs nothing and may be a third off. */
export const bySize: TokenCounter = {
  name: "size",
  count: (text) => Math.ceil(mostTokens(text) / bytesPerToken),
};
