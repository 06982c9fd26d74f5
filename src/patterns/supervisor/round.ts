import { z } from "zod";

import { errorFromJson } from "../../domain/errors.ts";
import { bySize } from "../../domain/prompt/estimate-tokens.ts";
import { shortenText } from "../../domain/prompt/shorten-text.ts";
import type { Outcome, WorkflowFlow } from "../../workflow/flow.ts";
import { isSpentForAll } from "../../workflow/spent-budget.ts";
import type { Claim } from "./criteria.ts";
import { sortOut, type Refusal, type Wanted } from "./registry.ts";
import type { Delegation, SuperviseOptions } from "./supervise-options.ts";
import { supervisorPrompt, type Situation } from "./supervisor-prompt.ts";

/** What a round came to, before anything new is judged by commands. */
export type RoundEnd = {
  readonly claims: readonly Claim[];
  /** The supervisor wants nothing more done. */
  readonly isDone: boolean;
  readonly reason: string;
  readonly refused: readonly Refusal[];
  /** Does what was delegated. */
  readonly carryOut: () => Promise<readonly Delegation[]>;
};

/** The form names what is known; whatever else is answered, the next round says what was wrong with it. */
const oneOf = (known: readonly string[]) => (known.length === 0 ? z.string() : z.union([z.enum(known), z.string()]));

const endingOf = ({ criteria }: Situation) => ({
  criteria: z.array(
    z.object({
      id: oneOf(criteria.filter(({ judgedBy }) => judgedBy === "supervisor").map(({ id }) => id)),
      isMet: z.boolean(),
      evidence: z.string(),
    }),
  ),
  done: z.boolean(),
  reason: z.string(),
});

const workOf = ({ workers }: SuperviseOptions) => ({
  worker: oneOf(Object.keys(workers)),
  title: z.string(),
  prompt: z.string(),
});

const accessField = z.enum(["read", "edit"]).optional().describe("read: it looks and changes nothing");

const answerSchema = (options: SuperviseOptions, situation: Situation) =>
  z.object({
    delegate: z.array(z.object({ ...workOf(options), access: accessField })),
    ...endingOf(situation),
  });

const lightSchema = (options: SuperviseOptions, situation: Situation) =>
  z.object({ did: z.array(z.object({ ...workOf(options), summary: z.string() })), ...endingOf(situation) });

const defaultSupervisor = "supervisor";

/** Asks the supervisor, who has tasks of their own done by the workers. */
export async function roundOfTasks(
  flow: WorkflowFlow,
  options: SuperviseOptions,
  situation: Situation,
): Promise<RoundEnd> {
  const { delegate, ...answer } = await flow.agent(options.supervisor ?? defaultSupervisor, {
    ...request(options, situation),
    result: answerSchema(options, situation),
  });
  const { registry } = situation;
  const { accepted, refused } = sortOut(delegate, { registry, workers: Object.keys(options.workers) });
  return {
    ...endOf(answer),
    isDone: answer.done && accepted.length === 0,
    refused,
    carryOut: () => delegateAll(flow, accepted, { options, situation }),
  };
}

/** Asks the supervisor, whose own subagents are the workers. */
export async function roundOfOneSession(
  flow: WorkflowFlow,
  options: SuperviseOptions,
  situation: Situation,
): Promise<RoundEnd> {
  const { did, ...answer } = await flow.agent(options.supervisor ?? defaultSupervisor, {
    ...request(options, situation),
    subagents: Object.keys(options.workers),
    result: lightSchema(options, situation),
  });
  const { registry, round } = situation;
  const done = did.map(({ summary, ...what }, index): Delegation => ({
    ...what,
    id: `d${registry.length + index + 1}`,
    round,
    status: "completed",
    summary: shortened(summary),
  }));
  return { ...endOf(answer), isDone: answer.done, refused: [], carryOut: async () => done };
}

const request = (options: SuperviseOptions, situation: Situation) => ({
  title: `Supervise, round ${situation.round}`,
  access: "read" as const,
  prompt: supervisorPrompt(options, situation),
});

const endOf = ({ criteria, reason }: { readonly criteria: readonly Claim[]; readonly reason: string }) => ({
  claims: criteria,
  reason,
});

type Context = { readonly options: SuperviseOptions; readonly situation: Situation };

async function delegateAll(
  flow: WorkflowFlow,
  wanted: readonly Wanted[],
  { options, situation: { registry, round } }: Context,
): Promise<readonly Delegation[]> {
  if (wanted.length === 0) return [];
  const outcomes = await flow.settle(
    wanted.map(
      (one) => () => flow.agent(one.worker, { title: one.title, prompt: one.prompt, ...accessOf(one, options) }),
    ),
    { label: `round ${round}`, names: wanted.map(({ title }) => title), concurrency: options.concurrency ?? 4 },
  );
  return wanted.flatMap(({ worker, title, prompt }, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) return [];
    return [{ id: `d${registry.length + index + 1}`, round, worker, title, prompt, ...cameTo(outcome) }];
  });
}

function accessOf({ access }: Wanted, options: SuperviseOptions): { readonly access?: "read" | "edit" } {
  if (options.access === "read") return { access: "read" };
  return access === undefined ? {} : { access };
}

function cameTo(outcome: Outcome<string>): Pick<Delegation, "status" | "summary" | "error"> {
  if (outcome.status === "completed") return { status: "completed", summary: shortened(outcome.value) };
  const { error } = outcome;
  if (isSpentForAll(error)) throw errorFromJson(error);
  return { status: "failed", summary: error.message, error };
}

const maxSummaryTokens = 1_000;

const shortened = (text: string): string =>
  bySize.count(text) <= maxSummaryTokens ? text : (shortenText(text, maxSummaryTokens, bySize.count) ?? "");
