import { errorToJson, TuttiError, type ErrorJson } from "../../domain/errors.ts";
import type { Task } from "../../domain/model.ts";
import { totalUsage } from "../../domain/budget/usage.ts";
import type { StateManager } from "../../state/state-manager.ts";
import type { AgentAnswer } from "../../workflow/host.ts";
import { isOverPartBudget } from "../budget/spending.ts";
import { taskResult } from "../insight/task-results.ts";

/** What a task that has come to its end says to the workflow that asked for it. */
export async function answerOfTask(state: StateManager, task: Task): Promise<AgentAnswer> {
  const usage = await state.sessions.usageOfTask(task.id);
  const { costUsd } = totalUsage(usage);
  const facts = { taskId: task.id, ...(costUsd === null ? {} : { costUsd }) };
  if (task.status !== "completed") {
    return { status: "failed", error: (await partLimitOf(state, task)) ?? errorToJson(failureOf(task)), ...facts };
  }
  const { text, result } = await taskResult(state, task, usage);
  return { status: "completed", text, ...(result === undefined ? {} : { result }), ...facts };
}

/** A part of the workflow has cost all that it may: the workflow may make something of that. */
async function partLimitOf(state: StateManager, { id, status }: Task): Promise<ErrorJson | undefined> {
  if (status !== "failed") return undefined;
  const error = (await state.attempts.list(id)).at(-1)?.outcome?.error;
  return error !== undefined && isOverPartBudget(error) ? error : undefined;
}

const failureOf = ({ id, key, status, reason }: Task): TuttiError =>
  status === "cancelled"
    ? new TuttiError("ABORTED", `Task ${key} was cancelled`, { context: { task: id } })
    : new TuttiError("AGENT_FAILED", reason ?? `Task ${key} is ${status}`, {
        hint: `See why: tutti explain ${key}`,
        context: { task: id },
      });
