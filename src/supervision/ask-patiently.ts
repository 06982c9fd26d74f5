import { setTimeout as delay } from "node:timers/promises";

import { addUsage, type ModelUsage, type Usage } from "../domain/budget/usage.ts";
import { backoffMs } from "../domain/failure/backoff.ts";
import type { Json } from "../domain/json.ts";
import type { LlmAdapter, LlmAnswer, LlmFailure, LlmRequest, LlmUsage } from "../llms/port.ts";
import type { AskedQuestion } from "../state/supervisor/interactions.ts";

export type AskingSettings = {
  readonly model: string;
  /** For one question, all tries and the waits between them included. */
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly maxOutputTokens: number;
  /** Absent: the server's own default. */
  readonly temperature?: number;
};

/** What came of all tries together. */
export type Asked = {
  readonly tries: number;
  /** Absent: the model was not reached. */
  readonly usage?: ModelUsage;
  /** As the server calls it. */
  readonly model: string;
} & (
  | { readonly status: "answered"; readonly text: string; readonly value?: Json }
  | {
      readonly status: "failed";
      readonly failure: LlmFailure["kind"];
      readonly reason: string;
      /** The model can't be asked; `false`: it was, and its answer is of no use. */
      readonly isDown: boolean;
      readonly isWithdrawn: boolean;
    }
);

export type Asking = {
  readonly llm: LlmAdapter;
  readonly asked: AskedQuestion;
  readonly settings: AskingSettings;
  readonly random: () => number;
  readonly signal: AbortSignal;
};

const backoff = { baseMs: 500, maxMs: 10_000 };

/** Asks until there is an answer, as often and as long as the settings allow. */
export async function askPatiently(asking: Asking): Promise<Asked> {
  const { settings } = asking;
  const deadline = performance.now() + settings.timeoutMs;
  let used: Usage = {};
  let problem: string | undefined;
  for (let tries = 1; ; tries += 1) {
    const timeoutMs = Math.max(1, Math.round(deadline - performance.now()));
    const answer = await generate(asking, requestOf(asking, timeoutMs, problem));
    if (answer.usage !== undefined) used = addUsage(used, { [settings.model]: usageOf(answer.usage) });
    const usage = used[settings.model];
    const told = { tries, ...(usage === undefined ? {} : { usage }) };
    if (answer.status === "answered") return { ...told, ...answered(answer) };
    const { failure } = answer;
    problem = failure.kind === "malformed" ? failure.message : undefined;
    const waitMs = failure.retryAfterMs ?? backoffMs(backoff, tries, asking.random());
    const mayRetry = retried.has(failure.kind) && tries <= settings.maxRetries;
    if (!mayRetry || performance.now() + waitMs >= deadline) return { ...told, ...failed(failure, settings) };
    if (!(await hasWaited(waitMs, asking.signal))) return { ...told, ...failed(withdrawn, settings) };
  }
}

/** A plugin may throw anything. */
async function generate({ llm }: Asking, request: LlmRequest): Promise<LlmAnswer> {
  try {
    return await llm.doGenerate(request);
  } catch (thrown) {
    const message = `${llm.id} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    return { status: "failed", failure: { kind: "unavailable", message }, durationMs: 0 };
  }
}

const retried: ReadonlySet<LlmFailure["kind"]> = new Set<LlmFailure["kind"]>([
  "unavailable",
  "rate-limited",
  "malformed",
]);

const withdrawn: LlmFailure = { kind: "aborted", message: "the question was withdrawn" };

/** An answer that was of no use is asked for again with what was wrong with it: the same question may bring the same answer. */
function requestOf({ asked, settings, signal }: Asking, timeoutMs: number, problem: string | undefined): LlmRequest {
  const { model, maxOutputTokens, temperature } = settings;
  const { system, schema } = asked;
  const again =
    problem === undefined || schema === undefined
      ? ""
      : `\n\nYour last answer could not be used: ${problem}. Answer with JSON alone.`;
  return {
    model,
    prompt: `${asked.prompt}${again}`,
    maxOutputTokens,
    timeoutMs,
    signal,
    ...(system === undefined ? {} : { system }),
    ...(schema === undefined ? {} : { schema }),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

const answered = ({ text, value, model }: Extract<LlmAnswer, { status: "answered" }>) => ({
  status: "answered" as const,
  text,
  model,
  ...(value === undefined ? {} : { value }),
});

const failed = ({ kind, message, hint }: LlmFailure, { model }: AskingSettings) => ({
  status: "failed" as const,
  failure: kind,
  reason: hint === undefined ? message : `${message}; ${hint.charAt(0).toLowerCase()}${hint.slice(1)}`,
  isDown: kind === "unavailable" || kind === "rate-limited" || kind === "refused",
  isWithdrawn: kind === "aborted",
  model,
});

const usageOf = ({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd }: LlmUsage): ModelUsage => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: cacheReadTokens ?? 0,
  cacheWriteTokens: cacheWriteTokens ?? 0,
  costUsd: costUsd ?? null,
});

async function hasWaited(waitMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(waitMs, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
