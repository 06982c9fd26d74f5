import { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { forwardParts, promptText } from "../port.ts";
import type { AnyBranch, Decision, DecidingAgent } from "./branch-options.ts";

/** What an agent decided is recorded; a function decides anew each time that the body runs, and the same. */
export async function decide(flow: WorkflowFlow, { decide: by, input, minConfidence }: AnyBranch): Promise<Decision> {
  if (typeof by !== "function") {
    const forwarded = await forwardParts(flow, input === undefined ? [] : [{ name: "input", value: input }]);
    return byAgent(flow, by, { forwarded, isSureness: minConfidence !== undefined });
  }
  const decided = by();
  const { choice, reason } = typeof decided === "string" ? { choice: decided, reason: "a function says so" } : decided;
  return { choice, reason, by: "function" };
}

type Asked = { readonly forwarded: string; readonly isSureness: boolean };

async function byAgent(
  flow: WorkflowFlow,
  { choices, agent, prompt, ...request }: DecidingAgent<string>,
  { forwarded, isSureness }: Asked,
): Promise<Decision> {
  const confidence = z.number().min(0).max(1);
  const answer = z.object({
    choice: z.enum(Object.keys(choices)),
    reason: z.string(),
    confidence: isSureness ? confidence : confidence.optional(),
  });
  const meanings = Object.entries(choices).map(([label, meaning]) => `- ${label}: ${meaning}`);
  const rules = `Choose exactly one of these, say why, and how sure you are, from 0 to 1:\n${meanings.join("\n")}`;
  const told = `${promptText(prompt, { forwarded })}\n\n${rules}`;
  const decided = await flow.agent(agent, {
    title: "decide",
    access: "read",
    ...request,
    prompt: told,
    result: answer,
  });
  const { choice, reason } = decided;
  const sure = decided.confidence === undefined ? {} : { confidence: decided.confidence };
  return { choice, reason, ...sure, by: "agent" };
}

export type Ruling = {
  readonly decision: Decision;
  /** Otherwise it goes `otherwise`. */
  readonly isFollowed: boolean;
};

/**
 * Whether the decision is followed: one that is sure enough is.
 * @throws {TuttiError} `WORKFLOW_AGENT_FAILED` where one that is unsure is to fail
 */
export async function ruledBy(flow: WorkflowFlow, options: AnyBranch, decision: Decision): Promise<Ruling> {
  const { minConfidence = 0, otherwise, whenUnsure = otherwise === undefined ? "ask" : "otherwise" } = options;
  const { confidence = 1, choice } = decision;
  if (confidence >= minConfidence) return { decision, isFollowed: true };
  if (whenUnsure === "ask") return ruledByPerson(flow, options, decision);
  const unsure = `The decision for ${choice} is only ${confidence} sure, ${minConfidence} is needed`;
  if (whenUnsure === "fail") {
    throw new TuttiError("WORKFLOW_AGENT_FAILED", `${unsure}: ${decision.reason}`, {
      hint: 'Write whenUnsure: "ask" to be asked',
      context: { ...decision, minConfidence },
    });
  }
  await flow.log(unsure);
  return { decision, isFollowed: false };
}

async function ruledByPerson(flow: WorkflowFlow, options: AnyBranch, decision: Decision): Promise<Ruling> {
  const { answerTimeoutMs } = options;
  const { approved, note, by } = await flow.approve(`Take the path ${decision.choice}? ${decision.reason}`, {
    context: { ...decision, choices: labelsOf(options) },
    ...(answerTimeoutMs === undefined ? {} : { timeoutMs: answerTimeoutMs }),
  });
  const named = labelsOf(options).find((label) => label === note?.trim());
  if (!approved && named !== undefined) {
    return { decision: { choice: named, reason: "a person named it", by: "person" }, isFollowed: true };
  }
  if (by === "timeout" || !approved) return { decision, isFollowed: approved };
  return { decision: { choice: decision.choice, reason: decision.reason, by: "person" }, isFollowed: true };
}

const labelsOf = ({ decide: by, paths }: AnyBranch): readonly string[] =>
  Object.keys(typeof by === "function" ? paths : by.choices);
