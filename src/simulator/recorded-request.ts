import type { TurnUsage } from "./scenario-schema.ts";

/**
 * - `turn` answered from a rule
 * - `unmatched` no rule matched: answered by the fallback
 * - `auxiliary` the agent's own side questions (titles, quota probes): answered harmlessly, never scripted
 * - `other` anything that is not a model turn (token counts, model lists)
 */
export type RequestKind = "turn" | "unmatched" | "auxiliary" | "other";

/** How the exchange ended; `pending` until it has. */
export type RequestOutcome = "pending" | "answered" | "cut" | "aborted";

export type RecordedRequest = {
  /** Order of arrival, from 1. */
  readonly number: number;
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  readonly model?: string;
  readonly role?: string;
  readonly task?: string;
  readonly attempt?: number;
  /** Name of the rule, or `#` and its position from 0. */
  readonly rule?: string;
  /** Position of the turn in its rule, from 0. Past the last one: the closing answer. */
  readonly turn?: number;
  /** The agent's own name of its session, from its request headers. */
  readonly sessionId?: string;
  /** Names of the tools that the agent has. */
  readonly tools?: readonly string[];
  /** First 200 characters of the active prompt. */
  readonly prompt?: string;
  /** HTTP status sent; absent when the connection was cut or left before one was. */
  readonly status?: number;
  /** What was done wrong on purpose. */
  readonly fault?: string;
  /** What the answer said that it has used; absent where none was sent. */
  readonly usage?: TurnUsage;
  /** `aborted`: the agent left. `cut`: the scenario cut the connection. */
  readonly outcome: RequestOutcome;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly endedAt?: number;
};

/** Of all answers together. */
export type SentUsage = TurnUsage & { readonly requests: number };

export type RequestCounts = {
  /** Model turns by `<role>/<task>`; `-` where the prompt does not say. */
  readonly byKey: Readonly<Record<string, number>>;
  readonly byKind: Readonly<Record<RequestKind, number>>;
  /** By the model that was asked. */
  readonly byModel: Readonly<Record<string, SentUsage>>;
};

const requestKey = ({ role, task }: Pick<RecordedRequest, "role" | "task">): string => `${role ?? "-"}/${task ?? "-"}`;

export function countRequests(requests: readonly RecordedRequest[]): RequestCounts {
  const byKey: Record<string, number> = {};
  const byKind = { turn: 0, unmatched: 0, auxiliary: 0, other: 0 };
  for (const request of requests) {
    byKind[request.kind] += 1;
    if (request.kind !== "turn" && request.kind !== "unmatched") continue;
    const key = requestKey(request);
    byKey[key] = (byKey[key] ?? 0) + 1;
  }
  return { byKey, byKind, byModel: usageByModel(requests) };
}

function usageByModel(requests: readonly RecordedRequest[]): RequestCounts["byModel"] {
  const sums: Record<string, SentUsage> = {};
  for (const { model, usage } of requests) {
    if (model !== undefined && usage !== undefined) sums[model] = plus(sums[model] ?? nothing, usage);
  }
  return sums;
}

const nothing: SentUsage = { requests: 0, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

const plus = (sum: SentUsage, usage: TurnUsage): SentUsage => ({
  requests: sum.requests + 1,
  inputTokens: sum.inputTokens + usage.inputTokens,
  outputTokens: sum.outputTokens + usage.outputTokens,
  cacheReadTokens: sum.cacheReadTokens + usage.cacheReadTokens,
  cacheWriteTokens: sum.cacheWriteTokens + usage.cacheWriteTokens,
});
