import { z } from "zod";

import type { JsonObject } from "../../domain/json.ts";
import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { rewriteProblem } from "../../domain/prompt/rewrite-problem.ts";
import type { TaskRewrite } from "../../domain/prompt/sent-prompt.ts";
import type { Supervisor, SupervisorQuestion } from "../supervisor.ts";
import { marked, materialRule } from "./material.ts";

export type RewriteRequest = {
  /** Absent: no model supervises. */
  readonly supervisor: Supervisor | undefined;
  readonly about: SupervisorQuestion["about"];
  readonly goal: string;
  readonly spec: PlanTask;
  readonly notes: readonly string[];
  /** Why the attempt before was not accepted. */
  readonly feedback: string | undefined;
  readonly signal: AbortSignal;
};

const answerSchema = z.object({
  instructions: z.string().describe("The task's instructions, complete, for an agent that sees nothing else of this"),
});

const system =
  "You put a task's instructions into words that a coding agent can carry out without asking. Say what is to be done, where, and how to " +
  "check it. Keep every file name, command, identifier, number and requirement of the original; add nothing that it does not ask for. " +
  "What must exist, when it is accepted and the commands that judge it are told to the agent besides: don't repeat them. " +
  materialRule;

/**
 * Asks the supervisor model for a task's instructions in better words. It never sees what stands around them, so that nothing of that can
 * be lost. Its words are used only where nothing that the original names is gone.
 */
export async function rewriteInstructions(request: RewriteRequest): Promise<TaskRewrite> {
  const { supervisor, about, spec, signal } = request;
  if (supervisor === undefined) return { isUsed: false, by: "nobody", reason: "no model supervises" };
  const by = supervisor.name;
  const prompt = questionOf(request);
  const answer = await supervisor.ask({
    purpose: "rewrite",
    about,
    system,
    prompt,
    schema: answerJsonSchema(),
    signal,
  });
  if (answer.status === "unavailable") return { isUsed: false, by, reason: answer.reason };
  const parsed = answerSchema.safeParse(answer.value);
  if (!parsed.success) return { isUsed: false, by, reason: `${by} gave no answer of the form that was asked for` };
  const text = parsed.data.instructions.trim();
  const problem = rewriteProblem(spec.prompt, text);
  return problem === undefined ? { isUsed: true, by, text } : { isUsed: false, by, reason: `${by}: ${problem}` };
}

const questionOf = ({ goal, spec, notes, feedback }: RewriteRequest): string =>
  [
    `## The goal that it is a part of\n${goal}`,
    `## The task: ${spec.title}\n${spec.prompt}`,
    listed("It is accepted when", spec.acceptance),
    listed("Files that must exist afterwards", spec.expectedOutputs),
    listed("What is known about the repository", notes),
    feedback === undefined ? "" : `## The attempt before was not accepted\n${marked(feedback)}`,
    "Answer with the instructions.",
  ]
    .filter((section) => section !== "")
    .join("\n\n");

const listed = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? "" : `## ${title}\n${lines.map((line) => `- ${line}`).join("\n")}`;

function answerJsonSchema(): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(answerSchema, { target: "draft-7" });
  return z.record(z.string(), z.json()).parse(schema);
}
