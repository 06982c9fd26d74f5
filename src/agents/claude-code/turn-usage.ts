import type { ModelUsage as ReportedUsage } from "@anthropic-ai/claude-agent-sdk";
import { addUsage, noUsage, type ModelUsage, type Usage } from "../../domain/budget/usage.ts";

type Report = Pick<
  ReportedUsage,
  "inputTokens" | "outputTokens" | "cacheReadInputTokens" | "cacheCreationInputTokens" | "costUSD" | "costBasis"
>;

type Reported = Readonly<Record<string, Report>>;

/** `unknown` means that the agent guessed the price of a model that it doesn't know: not a price. */
const costOf = ({ costUSD, costBasis }: Report): number | null => (costBasis === "unknown" ? null : costUSD);

const fromReport = (report: Report): ModelUsage => ({
  inputTokens: report.inputTokens,
  outputTokens: report.outputTokens,
  cacheReadTokens: report.cacheReadInputTokens,
  cacheWriteTokens: report.cacheCreationInputTokens,
  costUsd: costOf(report),
});

export const usageOf = (reported: Reported): Usage =>
  Object.fromEntries(Object.entries(reported).map(([model, report]) => [model, fromReport(report)]));

const minus = (now: ModelUsage, before: ModelUsage): ModelUsage => ({
  inputTokens: now.inputTokens - before.inputTokens,
  outputTokens: now.outputTokens - before.outputTokens,
  cacheReadTokens: now.cacheReadTokens - before.cacheReadTokens,
  cacheWriteTokens: now.cacheWriteTokens - before.cacheWriteTokens,
  costUsd: now.costUsd === null || before.costUsd === null ? null : now.costUsd - before.costUsd,
});

const isNothing = (used: ModelUsage): boolean =>
  used.inputTokens + used.outputTokens + used.cacheReadTokens + used.cacheWriteTokens === 0 &&
  (used.costUsd ?? 0) === 0;

/** What came on top of `before`. A model whose totals shrank was counted anew: all of it is new. */
export function usageSince(now: Usage, before: Usage): Usage {
  const added = Object.entries(now).flatMap(([model, used]): readonly (readonly [string, ModelUsage])[] => {
    const earlier = before[model];
    const since = earlier === undefined || earlier.outputTokens > used.outputTokens ? used : minus(used, earlier);
    return isNothing(since) ? [] : [[model, since]];
  });
  return Object.fromEntries(added);
}

/** Tokens as the model server's stream tells them. */
export type StreamedTokens = {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
};

/**
 * Adds up the model calls of a turn while they stream: what is known when the turn ends without a result. No prices: the
 * stream has none. A call counts with its latest numbers, which are cumulative within the call.
 */
export class StreamedUsage {
  readonly #calls = new Map<string, { readonly model: string; readonly used: ModelUsage }>();

  note(callId: string, model: string, tokens: StreamedTokens): void {
    const before = this.#calls.get(callId)?.used;
    const used: ModelUsage = {
      inputTokens: tokens.input_tokens ?? before?.inputTokens ?? 0,
      outputTokens: tokens.output_tokens ?? before?.outputTokens ?? 0,
      cacheReadTokens: tokens.cache_read_input_tokens ?? before?.cacheReadTokens ?? 0,
      cacheWriteTokens: tokens.cache_creation_input_tokens ?? before?.cacheWriteTokens ?? 0,
      costUsd: null,
    };
    this.#calls.set(callId, { model, used });
  }

  modelOf(callId: string): string | undefined {
    return this.#calls.get(callId)?.model;
  }

  get total(): Usage {
    return addUsage(noUsage, ...[...this.#calls.values()].map(({ model, used }) => ({ [model]: used })));
  }
}
