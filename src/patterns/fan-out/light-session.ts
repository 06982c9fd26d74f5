import { z } from "zod";

import { errorToJson, TuttiError } from "../../domain/errors.ts";
import type { AgentRequest, Outcome, WorkflowFlow } from "../../workflow/flow.ts";
import { isOwnWork, promptText, type AgentWork, type Given } from "../port.ts";
import type { AnyFanOut, FanOutBranch } from "./fan-out-options.ts";

type LightBranch = AgentWork & { readonly name: string; readonly key: string };

/** All branches by the subagents of one session. Of each it says what it came to, or why to nothing: that branch has failed. */
export async function inOneSession(
  flow: WorkflowFlow,
  options: AnyFanOut,
  forwarded: string,
): Promise<readonly Outcome<unknown>[]> {
  const branches = options.branches.flatMap(lightBranch);
  const host = options.session ?? branches[0]?.agent ?? "explorer";
  const request = sessionRequest(branches, { label: options.label ?? "fan-out", given: { forwarded } });
  const answer = await flow.agent(host, { ...request, result: answerSchema(branches) });
  return branches.map(({ key, name }) => {
    const end = answer[key] ?? { problem: "the session left it out" };
    if ("answer" in end) return { status: "completed", value: end.answer };
    return { status: "failed", error: errorToJson(noAnswer(name, end.problem)) };
  });
}

/** Keys of our own: a model's tools take few characters in theirs. */
const lightBranch = (branch: FanOutBranch, index: number): readonly LightBranch[] =>
  isOwnWork(branch) ? [] : [{ ...branch, key: `branch-${index + 1}` }];

const answerSchema = (branches: readonly LightBranch[]) =>
  z.object(Object.fromEntries(branches.map(({ key, result = z.string() }) => [key, endSchema(result)])));

const endSchema = (result: z.ZodType) =>
  z.union([z.strictObject({ answer: result }), z.strictObject({ problem: z.string() })]);

function sessionRequest(
  branches: readonly LightBranch[],
  { label, given }: { readonly label: string; readonly given: Given },
): AgentRequest {
  const contextFiles = unique(branches.flatMap(({ contextFiles = [] }) => contextFiles));
  const own = { forwarded: "" };
  const parts = branches.map(
    ({ key, name, agent, prompt }) => `## ${key}: ${name} (subagent ${agent})\n\n${promptText(prompt, own)}`,
  );
  return {
    title: label,
    access: "read",
    subagents: unique(branches.map(({ agent }) => agent)),
    ...(contextFiles.length === 0 ? {} : { contextFiles }),
    prompt: [rules, ...parts, ...(given.forwarded === "" ? [] : [given.forwarded])].join("\n\n"),
  };
}

const rules = `Have each of the following parts done by a subagent of its own, of the type that its heading names. Start all of them at once, in
one message, and do none of the work yourself. Give each subagent its part word for word, and what data is at the end.

Then give for each part, under its key, what it came to as "answer". Where its subagent failed or found nothing out, say why as
"problem" instead: such a part counts as failed, and what you make up does harm.`;

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

const noAnswer = (name: string, why: string): TuttiError =>
  new TuttiError("WORKFLOW_AGENT_FAILED", `The session gave no answer for ${name}${why === "" ? "" : `: ${why}`}`, {
    failureClass: "recoverable",
    hint: 'Write form: "tasks" to have each branch tried again by itself',
    context: { branch: name },
  });
