import { noteOrigin, wantedOrigin } from "./conversation-origin.ts";
import type { JobDesk } from "../desk.ts";
import type { AgentRun } from "../agent-turn/run-agent.ts";
import { promptForAttempt, promptForFork } from "../prompts/task-prompt.ts";
import type { Rewriting } from "../prompts/rewrite-task.ts";
import { continued } from "../prompts/send-prompt.ts";

/** The conversation that an attempt's own begins as a fork of; `undefined` where it begins with nothing. The attempt says which. */
export async function forkFor(desk: JobDesk, step: Rewriting): Promise<AgentRun["fork"]> {
  const { state } = desk.services;
  // It has begun anew before: what goes on now is that conversation.
  if ((await state.attempts.get(step.begun.id)).origin?.isForked === false) return undefined;
  const wanted = await wantedOrigin(desk, await state.tasks.get(step.lease.taskId), step.begun);
  if (wanted.kind === "none") return undefined;
  if (wanted.kind === "missed") {
    await noteOrigin(desk, step, wanted.origin);
    return undefined;
  }
  const { of: relation, attempt, sessionId } = wanted.from;
  const origin = { of: relation, attempt };
  const { taskId } = await state.attempts.get(attempt);
  await noteOrigin(desk, step, { ...origin, isForked: true });
  const reason = "the agent has that conversation no more";
  return {
    sessionId,
    prompt: await (relation === "checkpoint"
      ? continued(desk, await promptForAttempt(desk, step))
      : promptForFork(desk, step, taskId)),
    onMissed: () => noteOrigin(desk, step, { ...origin, isForked: false, reason }),
  };
}
