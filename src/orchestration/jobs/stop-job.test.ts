import { describe, expect, it } from "vitest";

import { asJobId, taskIdOf } from "../../domain/ids.ts";
import { parsePlan } from "../../domain/plan/parse-plan.ts";
import { base, leaseTask, openState } from "../../state/state-manager.fixture.ts";
import { taskRunId } from "../queues.ts";
import { noEngine } from "../services.fixture.ts";
import { cancelJob, cancelTasks } from "./stop-job.ts";

describe("tasks that are cancelled", () => {
  it("are stopped in the dispatch that they are in, though they were dispatched again since somebody looked", async () => {
    await using open = await openState([{ key: "a" }]);
    const { state, jobId } = open;
    const seen = await state.tasks.list(jobId);
    const { fence, taskId } = await leaseTask(open, "a");
    const stopped: string[] = [];
    const engine = {
      ...noEngine,
      find: () => Promise.resolve({} as never),
      cancel: (runId: string) => Promise.resolve(void stopped.push(runId)),
    };
    expect(await cancelTasks({ state, engine }, seen, "enough")).toEqual([taskId]);
    expect(stopped).toEqual([taskRunId(taskId, fence.round)]);
  });
});

describe("a job that is cancelled", () => {
  it("begins nothing any more for whoever has not seen it yet", async () => {
    await using open = await openState([{ key: "a" }]);
    const { state, jobId } = open;
    await state.jobs.setStatus(jobId, "cancelled", "enough");
    expect(await state.tasks.markReady(taskIdOf(jobId, "a"))).toBeUndefined();
    const engine = { ...noEngine, find: () => Promise.resolve(undefined) };
    expect(await cancelJob({ state, engine }, jobId, "enough")).toEqual([taskIdOf(jobId, "a")]);
  });

  it("has no task left that was split off at the last moment", async () => {
    await using open = await openState([{ key: "b" }, { key: "a" }]);
    const { state, jobId } = open;
    const lease = await leaseTask(open, "a");
    await leaseTask(open, "b");
    const { id } = await state.attempts.begin(lease, base);
    const { spec } = await state.tasks.get(lease.taskId);
    const decision = { reasons: ["r"], countsAsAttempt: true, resumeSession: false, delayMs: 0, feedback: undefined };
    const split = { ...decision, action: "split" as const, parts: [{ ...spec, key: "a-one" }] };
    const engine = {
      ...noEngine,
      find: () => Promise.resolve({} as never),
      cancel: async (runId: string) => {
        if (runId.includes("/b#")) await state.attempts.decide(lease, id, split);
      },
    };
    await cancelJob({ state, engine }, jobId, "enough");
    const left = (await state.tasks.list(jobId)).map(({ key, status }) => [key, status]);
    expect(left).toEqual(["b", "a", "a-one"].map((key) => [key, "cancelled"]));
  });

  it("gets no tasks of a plan that was made meanwhile", async () => {
    await using open = await openState([{ key: "a" }]);
    const { state } = open;
    const { projectPath, goal, baseCommit, options } = await state.jobs.get(open.jobId);
    const jobId = asJobId("job-2");
    await state.jobs.create({ id: jobId, projectPath, goal, baseCommit, branch: "tutti/job-2", options });
    await state.jobs.setStatus(jobId, "cancelled", "enough");
    const plan = parsePlan({ summary: "s", tasks: [{ key: "a", title: "a", prompt: "p" }] }, {});
    await state.tasks.addPlan(jobId, plan);
    expect(await state.tasks.list(jobId)).toEqual([]);
  });
});
