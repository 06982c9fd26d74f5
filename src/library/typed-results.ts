import { z } from "zod";

import { TuttiError } from "../domain/errors.ts";
import type { TaskRequest } from "../domain/plan/task-spec.ts";
import type { TaskResult } from "../orchestration/insight/task-results.ts";

/** A result whose structured answer has passed a schema; `undefined` unless the task completed. */
export type TypedTaskResult<Answer> = Omit<TaskResult, "result"> & { readonly result: Answer | undefined };

/** The schema as an agent is given it. */
export function resultJsonSchema(schema: z.ZodType): NonNullable<TaskRequest["resultSchema"]> {
  const { $schema: _dialect, ...plain } = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  return z.record(z.string(), z.json()).parse(plain);
}

/** @throws {TuttiError} `AGENT_CONTRACT_BROKEN` when a completed task's answer is not what the schema asks for */
export function typedResult<Answer>(result: TaskResult, schema: z.ZodType<Answer>): TypedTaskResult<Answer> {
  if (result.status !== "completed") return { ...result, result: undefined };
  const parsed = schema.safeParse(result.result);
  if (parsed.success) return { ...result, result: parsed.data };
  throw new TuttiError("AGENT_CONTRACT_BROKEN", `Task ${result.taskId} answered in another form than asked for`, {
    hint: `${z.prettifyError(parsed.error).replaceAll("\n", " ")}. Retry it: retryFailedTasks`,
    context: { task: result.taskId },
  });
}
