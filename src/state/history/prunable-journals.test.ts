import { describe, expect, it } from "vitest";

import { asCheckpointId, asJobId, asWorkerId, taskIdOf } from "../../domain/ids.ts";
import { leaseTask, openState } from "../state-manager.fixture.ts";

/** A job whose one task was cancelled with it. */
async function cancelledJob() {
  const open = await openState([{ key: "a" }]);
  const { state, jobId, clock } = open;
  await state.tasks.cancel(taskIdOf(jobId, "a"), "enough");
  await state.jobs.setStatus(jobId, "cancelled");
  const look = () => state.history.endedJobs(clock.now);
  const note = () => state.history.noteJournalsPruned({ jobId, endedBy: clock.now, runs: 2, records: 9 });
  return { open, state, jobId, clock, look, note };
}

describe("the journals of a job", () => {
  it("may go when it has ended long enough ago; that is said, and known of what began before", async () => {
    const { open, state, jobId, clock, look, note } = await cancelledJob();
    await using _ = open;
    expect(await state.history.endedJobs(clock.now - 1)).toEqual({ spent: [], needed: 0 });
    expect(await look()).toEqual({ spent: [jobId], needed: 0 });
    expect(await state.history.wereJournalsPruned(jobId, 0)).toBe(false);
    expect(await note()).toBe(true);
    expect((await state.events.read({ jobId, after: 0 })).at(-1)).toMatchObject({
      type: "journals-pruned",
      data: { runs: 2, records: 9 },
    });
    expect(await state.history.wereJournalsPruned(jobId, clock.now)).toBe(true);
    expect(await state.history.wereJournalsPruned(jobId, clock.now + 1)).toBe(false);
  });

  it("stay while a task of it was left in the middle", async () => {
    await using open = await openState([{ key: "a" }]);
    await leaseTask(open, "a");
    await open.state.jobs.setStatus(open.jobId, "failed", "the drive failed");
    expect(await open.state.history.endedJobs(open.clock.now)).toEqual({ spent: [], needed: 1 });
  });

  it("stay while a rollback that was cut short is to be carried to its end", async () => {
    const { open, state, jobId, look, note } = await cancelledJob();
    await using _ = open;
    const id = asCheckpointId("r");
    await state.rollbacks.begin({ id, jobId, checkpointId: asCheckpointId("c"), request: { strategy: "full" } });
    expect([await look(), await note()]).toEqual([{ spent: [], needed: 1 }, false]);
  });

  it("stay while a coordinator holds it, and when it was taken up again since somebody looked", async () => {
    const { open, state, jobId, look, note } = await cancelledJob();
    await using _ = open;
    const workerId = asWorkerId("c1");
    await state.jobs.acquireCoordinator(jobId, { workerId, leaseMs: 60_000 });
    expect([await look(), await note()]).toEqual([{ spent: [], needed: 1 }, false]);
    await state.jobs.releaseCoordinator(jobId, workerId);
    expect((await look()).spent).toEqual([jobId]);
    await state.jobs.reopen(jobId, "retried");
    expect([await look(), await note()]).toEqual([{ spent: [], needed: 0 }, false]);
  });

  it("stay while its workflow has not come to its end", async () => {
    const { open, state, jobId, look } = await cancelledJob();
    await using _ = open;
    const { projectPath, goal, baseCommit, options } = await state.jobs.get(jobId);
    const job = { id: asJobId("job-2"), projectPath, goal, baseCommit, branch: "tutti/job-2", options };
    const workflow = { ref: "asks", name: "asks", version: "1", input: null };
    await state.jobs.create({ ...job, strategy: "workflow", workflow });
    await state.jobs.setStatus(job.id, "failed", "the drive failed");
    expect(await look()).toEqual({ spent: [jobId], needed: 1 });
    await state.workflowRuns.end(job.id, 1, { status: "completed", output: null });
    expect(await look()).toEqual({ spent: [jobId, job.id], needed: 0 });
  });
});
