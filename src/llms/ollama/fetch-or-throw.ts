import type { Config } from "ollama";

import { guardedFetch } from "../guarded-fetch.ts";

/** A refusal, with the server's words. */
export class ErrorReply extends Error {
  readonly status: number;
  readonly retryAfter: string | null;

  constructor(status: number, message: string, retryAfter: string | null) {
    super(message);
    this.name = "ErrorReply";
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * A fetch that a signal of ours can end, and that throws what isn't a success: the client prints to the console while it looks at a
 * refusal, which would stand in the middle of a command's output.
 */
export const fetchOrThrow =
  (signal: AbortSignal): NonNullable<Config["fetch"]> =>
  async (url, init) => {
    const own = init?.signal;
    const response = await guardedFetch()(url, { ...init, signal: own ? AbortSignal.any([signal, own]) : signal });
    if (response.ok) return response;
    throw new ErrorReply(response.status, wordsOf(await response.text()), response.headers.get("retry-after"));
  };

const shownChars = 300;

/** Ollama answers `{ "error": "…" }`; what stands before it may answer anything. */
function wordsOf(body: string): string {
  const said = /"error"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(body)?.[1];
  const text = said === undefined ? body : String(JSON.parse(said));
  return text.replaceAll(/\s+/g, " ").trim().slice(0, shownChars);
}
