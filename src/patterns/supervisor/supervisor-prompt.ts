import { dataBlock } from "../../domain/workflow/forward.ts";
import { registryText, type Refusal } from "./registry.ts";
import type { Delegation, JudgedCriterion, SuperviseForm, SuperviseOptions } from "./supervise-options.ts";

export type Situation = {
  readonly round: number;
  readonly maxRounds: number;
  readonly form: SuperviseForm;
  readonly criteria: readonly JudgedCriterion[];
  readonly registry: readonly Delegation[];
  /** Of the round before. */
  readonly refused: readonly Refusal[];
};

const defaultRegistryTokens = 8_000;

/** A round is a question of its own: everything that the supervisor has to know is in it. */
export function supervisorPrompt(options: SuperviseOptions, situation: Situation): string {
  const { goal, workers, registryTokens = defaultRegistryTokens } = options;
  const { round, maxRounds, form, criteria, registry, refused } = situation;
  return [
    `You supervise the work on this goal:\n\n${goal}`,
    `This is round ${round} of at most ${maxRounds}. You remember nothing of earlier rounds; all that counts is written here.`,
    `The workers:\n${lines(Object.entries(workers).map(([name, what]) => `${name}: ${what}`))}`,
    `The acceptance criteria, as they stand:\n${criteria.map(criterionText).join("\n")}`,
    registryText(registry, registryTokens),
    ...(refused.length === 0
      ? []
      : [`Not done, of what you asked for in the last round:\n${lines(refused.map(refusalText))}`]),
    form === "light" ? lightRules : taskRules,
  ].join("\n\n");
}

const lines = (entries: readonly string[]): string => entries.map((entry) => `- ${entry}`).join("\n");

const refusalText = ({ wanted: { worker, title }, why }: Refusal): string => `${worker}: ${title}: ${why}`;

function criterionText({ id, statement, judgedBy, isMet, evidence }: JudgedCriterion): string {
  const judge = judgedBy === "command" ? "a command judges it, not you" : "you judge it";
  return `- ${id} (${judge}): ${statement}. So far ${isMet ? "met" : "not met"}.\n${dataBlock(`evidence for ${id}`, evidence)}`;
}

const judging = `Judge the criteria that are yours by what is really there: read the files. "evidence" names files, lines or results that show it; without
evidence a criterion is not met. What a command judges is as written above, whatever anybody claims.`;

const taskRules = `${judging}

"delegate" what is still missing, as tasks that workers do side by side: each with a title of its own and a prompt that stands by itself,
because a worker knows nothing of this page. Tasks that need one another's results belong into different rounds. What was completed is
not delegated again. Set "done" when nothing is left to delegate, also when you see no way to meet the criteria, and say why under "reason".`;

const lightRules = `Have what is still missing done by subagents, each of the type of one of the workers: start them at once, in one message, and do none of
the work yourself. List under "did" what each was asked and came to. ${judging} Set "done" when nothing is left to do, also when you
see no way to meet the criteria, and say why under "reason".`;
