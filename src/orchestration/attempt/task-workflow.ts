import { setTimeout as delay } from "node:timers/promises";

import { TuttiError } from "../../domain/errors.ts";
import { isStateTrouble } from "../../domain/failure/state-trouble.ts";
import { asTaskId, type TaskId } from "../../domain/ids.ts";
import type { AttemptDecision } from "../../domain/model.ts";
import type { Flow, Workflow } from "../../engine/port.ts";
import { beginAttempt, decideOnAttempt, executeAttempt, proveAttempt } from "./attempt-steps.ts";
import type { JobDesk } from "../desk.ts";

export type TaskInput = { readonly taskId: string; readonly round: number };
export type TaskOutput = { readonly action: AttemptDecision["action"] };

const taskWorkflowIdentity = { name: "task", version: "1" } as const;

/** For a process that starts task runs and leaves them to workers: it claims nothing from their queue. */
export const dispatchedTask: Workflow<TaskInput, TaskOutput> = {
  ...taskWorkflowIdentity,
  run: () => Promise.reject(new Error("a coordinator carries out no tasks")),
};

/**
 * One dispatch of a task: attempts until one is accepted or the failure policy says otherwise. Every step is journaled:
 * who replays it after a death goes on at the first step without a record.
 */
export const taskWorkflow = (desk: JobDesk): Workflow<TaskInput, TaskOutput> => ({
  ...taskWorkflowIdentity,
  run: (flow, input) =>
    lettingGo(desk, () => runTask(desk, flow, { taskId: asTaskId(input.taskId), round: input.round })),
});

/** Whoever has lost a task leaves its slot, too: the worker that has the task now goes on with what stands there. */
async function lettingGo<T>(desk: JobDesk, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const isLost = TuttiError.is(thrown) && thrown.code === "LEASE_LOST";
    if (isLost || isStateTrouble(thrown)) await leaveSlot(desk);
    throw thrown;
  }
}

const tryAgainMs = 250;

/** Somebody waits for it: while the state can't be written it is tried again. */
async function leaveSlot(desk: JobDesk): Promise<void> {
  for (;;) {
    try {
      return await desk.slots.releaseHeld();
    } catch (thrown) {
      if (!isStateTrouble(thrown)) throw thrown;
    }
    await delay(tryAgainMs);
  }
}

/** After these the same dispatch goes on with the task. */
const goesOnAtOnce: ReadonlySet<AttemptDecision["action"]> = new Set(["retry", "clarify", "rollback"]);

async function runTask(
  desk: JobDesk,
  flow: Flow,
  dispatch: { readonly taskId: TaskId; readonly round: number },
): Promise<TaskOutput> {
  const fence = { round: dispatch.round, token: flow.token };
  const lease = { taskId: dispatch.taskId, fence, workerId: desk.services.workerId };
  await desk.services.state.tasks.lease(lease.taskId, fence, lease.workerId);
  desk.services.fault("task.leased");
  for (let delayMs = 0; ;) {
    const waitMs = delayMs;
    // One step: whoever goes on after a death takes the attempt up as it stands then, not as it once began.
    const { begun, outcome } = await flow.step("execute", async ({ signal }) => {
      const attempt = await beginAttempt(desk, lease);
      const ended = await executeAttempt(desk, { lease, begun: attempt, delayMs: waitMs, signal });
      return { begun: attempt, outcome: ended };
    });
    const proof = await flow.step("prove", ({ signal }) => proveAttempt(desk, { lease, begun, outcome, signal }));
    const decision = await flow.step("decide", ({ signal }) =>
      decideOnAttempt(desk, { lease, begun, outcome, proof, signal }),
    );
    if (!goesOnAtOnce.has(decision.action)) return { action: decision.action };
    delayMs = decision.delayMs;
  }
}
