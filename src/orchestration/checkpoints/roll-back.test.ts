import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it, onTestFinished, vi } from "vitest";

import { scratchRepository } from "../../../test/support/scratch-repository.ts";
import { TuttiError } from "../../domain/errors.ts";
import { asJobId, asWorkerId } from "../../domain/ids.ts";
import { parsePlan } from "../../domain/plan/parse-plan.ts";
import { embeddedEngine, engineMigrations, type EngineTables } from "../../engine/embedded/index.ts";
import { findProcess } from "../../places/local/process-table.ts";
import { openState, settings } from "../../state/state-manager.fixture.ts";
import { openSqliteStore } from "../../stores/sqlite/sqlite-store.ts";
import { jobBranch, jobTipRef } from "../../workspace/index.ts";
import { advanceJob, startBranch } from "../integration/job-branch.ts";
import { servicesOf } from "../services.fixture.ts";
import { ofJob } from "./find-checkpoint.ts";
import { makeCheckpoint } from "./make-checkpoint.ts";
import { rollBack } from "./roll-back.ts";

async function openEngine() {
  const folder = await mkdtemp(join(tmpdir(), "tutti-roll-back-"));
  const store = await openSqliteStore<EngineTables>({
    path: join(folder, "engine.db"),
    migrations: engineMigrations,
  });
  const engine = embeddedEngine({ store });
  onTestFinished(async () => {
    await engine.close();
    await store.close();
    await rm(folder, { recursive: true });
  });
  return engine;
}

/** A job that has been merged on since its checkpoint. */
async function mergedOn() {
  const open = await openState([{ key: "other" }]);
  onTestFinished(() => open[Symbol.asyncDispose]());
  const scratch = await scratchRepository();
  onTestFinished(() => scratch[Symbol.asyncDispose]());
  const repo = await scratch.open();
  const { state } = open;
  const jobId = asJobId("job-2");
  const branch = jobBranch(jobId);
  const job = { id: jobId, projectPath: repo.root, goal: "g", baseCommit: repo.head, branch, options: settings };
  await state.jobs.create(job);
  await state.tasks.addPlan(jobId, parsePlan({ summary: "s", tasks: [{ key: "a", title: "a", prompt: "p" }] }, {}));
  await startBranch(repo, jobId, repo.head);
  const services = { ...servicesOf(open, await openEngine()), repo };
  const checkpoint = ofJob(await makeCheckpoint(services, { jobId, kind: "manual", files: [] }));
  const tip = await scratch.commit({ "b.txt": "b\n" });
  await advanceJob(repo, jobId, { from: repo.head, to: tip });
  const own = { host: hostname(), pid: process.pid, pidStart: findProcess(process.pid)?.startTime ?? "" };
  const back = () => rollBack(services, own, { checkpoint, request: { strategy: "full" } });
  const standing = () => Promise.all([jobTipRef(jobId), branch].map((ref) => scratch.git(["rev-parse", ref])));
  const ended = async () => {
    const events = await state.events.read({ jobId, after: 0 });
    return events.map(({ type }) => type).filter((type) => type === "job-rolled-back" || type === "rollback-failed");
  };
  return { state, jobId, back, standing, ended, tip, base: repo.head };
}

const broken = new TuttiError("STATE_CORRUPT", "a row is gone", { failureClass: "permanent" });

describe("a rollback that the state can't follow", () => {
  it("puts the branch back to where it was", async () => {
    const { state, jobId, back, standing, ended, tip } = await mergedOn();
    vi.spyOn(state.rollbacks, "apply").mockRejectedValueOnce(broken);
    await expect(back()).rejects.toMatchObject({ code: broken.code });
    expect([await standing(), await ended()]).toEqual([[tip, tip], ["rollback-failed"]]);
    expect(await state.rollbacks.pending(jobId)).toBeUndefined();
  });

  it("leaves the branch where another process has brought it with the state", async () => {
    const { state, back, standing, ended, base } = await mergedOn();
    const apply = state.rollbacks.apply.bind(state.rollbacks);
    vi.spyOn(state.rollbacks, "apply").mockImplementationOnce(async (...effect) => {
      await apply(...effect);
      throw broken;
    });
    await expect(back()).rejects.toMatchObject({ code: broken.code });
    expect([await standing(), await ended()]).toEqual([[base, base], ["job-rolled-back"]]);
  });

  it("leaves everything to whoever has taken the job over meanwhile, who puts it back", async () => {
    const { state, jobId, back, standing, ended, tip, base } = await mergedOn();
    const other = asWorkerId("c2");
    const apply = state.rollbacks.apply.bind(state.rollbacks);
    vi.spyOn(state.rollbacks, "apply").mockImplementationOnce(async (effect, mine) => {
      await state.jobs.releaseCoordinator(jobId, mine);
      await state.jobs.acquireCoordinator(jobId, { workerId: other, leaseMs: 60_000 });
      return apply(effect, mine);
    });
    await expect(back()).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect([await standing(), await ended()]).toEqual([[base, base], []]);

    await state.jobs.releaseCoordinator(jobId, other);
    await expect(back()).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect([await standing(), await ended()]).toEqual([[tip, tip], ["rollback-failed"]]);
    await back();
    expect([await standing(), await ended()]).toEqual([
      [base, base],
      ["rollback-failed", "job-rolled-back"],
    ]);
  });
});
