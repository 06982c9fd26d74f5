import type { Json, JsonObject } from "../domain/json.ts";

/**
 * The contract with a language model that supervises: it reads prompts and answers; it has no tools and no working copy.
 *
 * Methods that begin with `do` are called by the supervisor only. Retries, answers from the cache and money are the caller's.
 */
export interface LlmAdapter {
  readonly specVersion: 1;
  /** Stable name, for example `ollama`. */
  readonly id: string;
  /**
   * Asks once. Never throws for what the server or the model did: that is an answer with `status: "failed"`.
   * An aborted request ends as `failed` with class `killed`.
   */
  doGenerate(request: LlmRequest): Promise<LlmAnswer>;
  /** Whether the server answers and knows the model. Never throws. */
  doCheckHealth(signal: AbortSignal): Promise<LlmHealth>;
  /** Names of the models that the server has. @throws {TuttiError} `LLM_UNAVAILABLE` */
  doListModels(signal: AbortSignal): Promise<readonly string[]>;
  /** An estimate, without a network. */
  estimateTokens(text: string): number;
  /** Frees what a model in this process holds. Idempotent. */
  doClose(): Promise<void>;
}

export type LlmRequest = {
  /** As the server knows it: `qwen3:32b`, `claude-haiku-4-5`. */
  readonly model: string;
  readonly system?: string;
  readonly prompt: string;
  /** JSON Schema of the answer; absent = free text. What comes back is checked against it. */
  readonly schema?: JsonObject;
  readonly maxOutputTokens: number;
  /** In [0, 2]. Absent: the server's own default. */
  readonly temperature?: number;
  /** Pieces of the text as they come; where the server does not stream, the whole at once. */
  readonly onText?: (piece: string) => void;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

export type LlmUsage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** From the server's prompt cache, beside `inputTokens`. Absent: the server tells none apart. */
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  /** What the server says that it has cost, in US dollars. Absent: it says nothing, and a table of prices decides. */
  readonly costUsd?: number;
};

export type LlmAnswer =
  | {
      readonly status: "answered";
      readonly text: string;
      /** The structured answer, when a schema was given. */
      readonly value?: Json;
      readonly usage: LlmUsage;
      readonly model: string;
      readonly durationMs: number;
    }
  | {
      readonly status: "failed";
      readonly failure: LlmFailure;
      /** What the model has used all the same; absent when it was not reached. */
      readonly usage?: LlmUsage;
      readonly durationMs: number;
    };

export type LlmFailure = {
  /**
   * `unavailable` no answer from the server: refused, timed out, 5xx · `rate-limited` · `refused` the server won't take the request:
   * login, unknown model, malformed · `malformed` an answer that is not what the schema asks · `truncated` cut at `maxOutputTokens` · `aborted`
   */
  readonly kind: "unavailable" | "rate-limited" | "refused" | "malformed" | "truncated" | "aborted";
  /** One line, without secrets. */
  readonly message: string;
  /** What to do about it; absent when nothing is known. */
  readonly hint?: string;
  /** How long the server asks to wait. */
  readonly retryAfterMs?: number;
};

export type LlmHealth =
  | { readonly isHealthy: true; readonly detail: string }
  | { readonly isHealthy: false; readonly detail: string; readonly fix: string };
