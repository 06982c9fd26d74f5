import { z } from "zod";

import { errorFromJson, TuttiError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { NodeNote } from "../domain/workflow/node-note.ts";
import type { ProfileRequest } from "./agent-call.ts";
import type { Approval } from "./flow.ts";
import type { AgentAnswer } from "./host.ts";

const signalSchema = z.object({ approved: z.boolean(), note: z.string().exactOptional() });

/** A person's answer, as it came by signal. */
export const approvalOf = (answer: Json): Approval => ({ ...signalSchema.parse(answer), by: "person" });

/** What the end of an agent's call says about its node. */
export function endOfAgent(answer: AgentAnswer): Pick<NodeNote, "status" | "taskId" | "costUsd" | "error"> {
  const { taskId, costUsd } = answer;
  const facts = { ...(taskId === undefined ? {} : { taskId }), ...(costUsd === undefined ? {} : { costUsd }) };
  if (answer.status === "failed") return { ...facts, status: "failed", error: answer.error };
  return { ...facts, status: "completed" };
}

/**
 * What `flow.agent` gives: the structured answer in the form that was asked for, else the text.
 * @throws {TuttiError} `WORKFLOW_AGENT_FAILED`, `BUDGET_EXCEEDED`
 */
export function resultOf(answer: AgentAnswer, { profile, request }: ProfileRequest): unknown {
  if (answer.status === "completed") {
    return request.result === undefined ? answer.text : request.result.parse(answer.result);
  }
  const { error, taskId } = answer;
  if (error.code === "BUDGET_EXCEEDED") throw errorFromJson(error);
  throw new TuttiError("WORKFLOW_AGENT_FAILED", `${profile} failed: ${error.message}`, {
    failureClass: error.failureClass,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    context: { profile, cause: error.code, ...(taskId === undefined ? {} : { task: taskId }) },
  });
}
