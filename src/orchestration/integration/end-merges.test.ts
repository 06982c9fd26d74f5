import { hostname } from "node:os";

import { describe, expect, it, onTestFinished } from "vitest";

import { job, scratchRepository } from "../../../test/support/scratch-repository.ts";
import { asWorkerId, taskIdOf, type CommitId } from "../../domain/ids.ts";
import type { Evidence } from "../../domain/model.ts";
import { localPlace } from "../../places/local/local-place.ts";
import { findProcess } from "../../places/local/process-table.ts";
import { base, leaseTask, openState } from "../../state/state-manager.fixture.ts";
import { silentLogger } from "../../telemetry/port.ts";
import { jobTipRef } from "../../workspace/index.ts";
import { holdJob } from "../coordinator/hold-job.ts";
import { cancelByPerson } from "../jobs/stop-by-person.ts";
import { noEngine, servicesOf } from "../services.fixture.ts";
import { endMerges } from "./end-merges.ts";
import { startBranch } from "./job-branch.ts";

const coordinator = asWorkerId("c9");
const dead = { host: hostname(), pid: 2 ** 22 + 1, pidStart: "1" };

/** A job that was cancelled by whoever calls, with the accepted work of `a` in its merge queue. */
async function cancelledJob({ heldBy }: { readonly heldBy?: typeof dead } = {}) {
  const open = await openState([{ key: "a" }]);
  onTestFinished(() => open[Symbol.asyncDispose]());
  const scratch = await scratchRepository();
  onTestFinished(() => scratch[Symbol.asyncDispose]());
  const { state, jobId } = open;
  const repo = await scratch.open();
  await startBranch(repo, job, repo.head);
  const lease = await leaseTask(open, "a");
  const { id: attemptId } = await state.attempts.begin(lease, base);
  const outcome = { status: "finished", text: "done", usage: {}, permissionDenials: [], durationMs: 1 } as const;
  await state.attempts.recordOutcome(lease, attemptId, outcome);
  const accepted = { reasons: ["r"], countsAsAttempt: true, resumeSession: false, delayMs: 0, feedback: undefined };
  await state.attempts.decide(lease, attemptId, { ...accepted, action: "accept" });
  if (heldBy !== undefined) {
    await state.fleet.workerStarted({ id: coordinator, jobId, kind: "coordinator", ...heldBy });
    await state.jobs.acquireCoordinator(jobId, { workerId: coordinator, leaseMs: 60_000 });
  }
  await state.jobs.setStatus(jobId, "cancelled", "enough");
  const services = { state, repo, place: localPlace(), logger: silentLogger };
  const subject = { taskId: lease.taskId, attemptId };
  const intend = async (mergedCommit: CommitId) => {
    const evidence: Evidence = {
      attempt: attemptId,
      attemptCommit: base,
      mergedCommit,
      gates: [],
      diff: { files: 1, added: 1, deleted: 0 },
      expectedOutputs: [],
    };
    await state.integrations.intend(subject, evidence);
  };
  const status = async () => (await state.tasks.get(lease.taskId)).status;
  const branchTip = () => scratch.git(["rev-parse", jobTipRef(job)]);
  return { open, scratch, repo, services, subject, intend, status, branchTip, jobId };
}

describe("what is left to merge of a cancelled job", () => {
  it("ends while its coordinator is dead, and who comes late writes nothing about it", async () => {
    const { services, open, subject, status, jobId } = await cancelledJob({ heldBy: dead });
    expect(await endMerges(services, jobId, "enough")).toEqual([subject.taskId]);
    expect(await status()).toBe("cancelled");
    const late = open.state.integrations.merged(subject, base);
    await expect(late).rejects.toMatchObject({ code: "LEASE_LOST", failureClass: "killed" });
    await expect(open.state.integrations.bounce(subject, "red", "ready")).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await endMerges(services, jobId, "enough")).toEqual([]);
  });

  it("is left to a coordinator that lives, which ends it when it gives the job up", async () => {
    const { services, open, status, jobId } = await cancelledJob();
    const all = { ...servicesOf(open, noEngine), ...services };
    const own = { host: hostname(), pid: process.pid, pidStart: findProcess(process.pid)?.startTime ?? "" };
    await holdJob({ services: all, jobId, own }, async () => {
      expect(await endMerges(services, jobId, "enough")).toEqual([]);
      expect(await status()).toBe("integrating");
    });
    expect(await status()).toBe("cancelled");
  });

  it("is left to whoever has taken the job over since one looked", async () => {
    const { open, status, jobId } = await cancelledJob({ heldBy: dead });
    const how = { gone: "somebody before", stray: [], reason: "enough" };
    expect(await open.state.integrations.letGo(jobId, how)).toEqual([]);
    expect(await status()).toBe("integrating");
  });

  it("lands where it was proven and only the branch had to follow", async () => {
    const { services, scratch, intend, status, branchTip, jobId } = await cancelledJob({ heldBy: dead });
    const merged = await scratch.commit({ "b.txt": "b\n" });
    await intend(merged);
    expect(await endMerges(services, jobId, "enough")).toEqual([]);
    expect([await status(), await branchTip()]).toEqual(["completed", merged]);
  });

  it("ends where the branch has gone another way", async () => {
    const { services, scratch, repo, intend, status, branchTip, jobId, subject } = await cancelledJob();
    const merged = await scratch.commit({ "b.txt": "b\n" });
    await scratch.git(["checkout", "--quiet", "-b", "other", repo.head]);
    const other = await scratch.commit({ "c.txt": "c\n" });
    await scratch.git(["update-ref", jobTipRef(job), other]);
    await intend(merged);
    expect(await endMerges(services, jobId, "enough")).toEqual([subject.taskId]);
    expect([await status(), await branchTip()]).toEqual(["cancelled", other]);
  });

  it("is nothing of a job that goes on", async () => {
    const { services, status, open } = await cancelledJob();
    await open.state.jobs.reopen(open.jobId, "retried");
    expect(await endMerges(services, open.jobId, "enough")).toEqual([]);
    expect(await status()).toBe("integrating");
  });
});

describe("a cancellation that was cut short", () => {
  it("may be asked for again until nothing of the job is left", async () => {
    const { services, open, subject, jobId } = await cancelledJob({ heldBy: dead });
    const engine = { ...noEngine, find: () => Promise.resolve(undefined) };
    const all = { ...servicesOf(open, engine), ...services };
    expect(await cancelByPerson(all, jobId, undefined)).toEqual([taskIdOf(jobId, "a")]);
    expect(subject.taskId).toBe(taskIdOf(jobId, "a"));
    await expect(cancelByPerson(all, jobId, undefined)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});
