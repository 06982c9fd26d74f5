import { z } from "zod";

import { errorFromJson, TuttiError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { NodeNote } from "../domain/workflow/node-note.ts";
import type { ProfileRequest } from "./agent-call.ts";
import type { Approval } from "./flow.ts";
import type { AgentAnswer } from "./host.ts";
import { issuesOf } from "./issues-of.ts";

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
    return request.result === undefined ? answer.text : checkedResult(answer, request.result, profile);
  }
  const { error, taskId } = answer;
  if (error.code === "BUDGET_EXCEEDED") throw errorFromJson(error);
  throw new TuttiError("WORKFLOW_AGENT_FAILED", `${profile} failed: ${error.message}`, {
    failureClass: error.failureClass,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    context: { profile, cause: error.code, ...(taskId === undefined ? {} : { task: taskId }) },
  });
}

/** A schema may ask for more than JSON Schema can say, which the agent was given. */
function checkedResult({ result, taskId }: CompletedAnswer, schema: z.ZodType, profile: string): unknown {
  const checked = schema.safeParse(result);
  if (checked.success) return checked.data;
  const issues = issuesOf("result", checked.error);
  throw new TuttiError("WORKFLOW_AGENT_FAILED", `${profile} answered what was not asked for: ${issues.join("; ")}`, {
    hint: "Say in the prompt what the schema asks for besides, or ask for less",
    context: { profile, issues: [...issues], ...(taskId === undefined ? {} : { task: taskId }) },
  });
}

type CompletedAnswer = Extract<AgentAnswer, { readonly status: "completed" }>;

/** What came by a signal. @throws {TuttiError} `INPUT_INVALID` */
export function checkedPayload(name: string, payload: Json, schema: z.ZodType): unknown {
  const checked = schema.safeParse(payload);
  if (checked.success) return checked.data;
  const issues = issuesOf("payload", checked.error);
  throw new TuttiError("INPUT_INVALID", `The workflow takes no such signal ${name}: ${issues.join("; ")}`, {
    hint: "Send what the schema of its flow.receive asks for",
    context: { signal: name, issues: [...issues] },
  });
}
