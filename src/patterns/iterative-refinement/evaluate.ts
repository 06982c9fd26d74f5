import { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import type { CommandResult, WorkflowFlow } from "../../workflow/flow.ts";
import { forwardParts } from "../port.ts";
import type { Score } from "./progress.ts";
import type { AnyRefine, EvaluatingAgent, EvaluatingCommand } from "./refine-options.ts";

type Tried = { readonly result: unknown; readonly iteration: number };

/** @throws {TuttiError} `WORKFLOW_INVALID` for a score that is none */
export async function scoreOf(flow: WorkflowFlow, options: AnyRefine, tried: Tried): Promise<Score> {
  const { evaluate } = options;
  if (typeof evaluate === "function") return checked(await evaluate(tried.result, tried.iteration));
  if ("command" in evaluate) return byCommand(flow, evaluate);
  return byAgent(flow, evaluate, { ...tried, maxChars: options.maxForwardedChars });
}

const opinion = z.object({ score: z.number().min(0).max(1), feedback: z.string() });

async function byAgent(
  flow: WorkflowFlow,
  { agent, rubric, ...request }: EvaluatingAgent,
  { result, iteration, maxChars }: Tried & { readonly maxChars: number | undefined },
): Promise<Score> {
  const forwarded = await forwardParts(flow, [{ name: `iteration ${iteration}`, value: result }], maxChars);
  const title = `evaluate iteration ${iteration}`;
  const prompt = `${rules}\n\n${rubric}\n\n${forwarded}`;
  return flow.agent(agent, { title, access: "read", ...request, prompt, result: opinion });
}

const rules = `Evaluate what was made, as it is now in the repository and in the data below, by what follows. Answer with a score from 0 (useless) to 1
(nothing left to improve), and with feedback: what exactly to do better, most important first.`;

async function byCommand(flow: WorkflowFlow, { command, score, ...where }: EvaluatingCommand): Promise<Score> {
  const ended = await flow.command("evaluate", { run: command, ...where });
  const { score: value, feedback = feedbackOf(ended) } = checked(score?.(ended) ?? (ended.isOk ? 1 : 0));
  return { score: value, feedback };
}

const feedbackOf = ({ exitCode, output }: CommandResult): string =>
  `It ended with ${exitCode ?? "a signal"}:\n${output}`;

function checked(given: number | Score): Score {
  const score = typeof given === "number" ? { score: given } : given;
  if (score.score >= 0 && score.score <= 1) return score;
  throw new TuttiError("WORKFLOW_INVALID", `refine: evaluate gave the score ${score.score}, which is not from 0 to 1`, {
    hint: "Divide what counts to 10 by 10, and percents by 100",
    context: { pattern: "refine", score: String(score.score) },
  });
}
