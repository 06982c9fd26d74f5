import type { KeptFiles, Rollback, RollbackResult } from "../../domain/checkpoint/checkpoint.ts";
import { TuttiError } from "../../domain/errors.ts";
import { asCheckpointId, asJobId, asRunId, asTaskId, type CommitId } from "../../domain/ids.ts";
import type { Flow, Workflow } from "../../engine/port.ts";
import { gateFeedback, runGates } from "../../supervision/run-gates.ts";
import { pinCommit } from "../../workspace/index.ts";
import { AgentPool } from "../workers/agent-pool.ts";
import { moveJob } from "../integration/job-branch.ts";
import { jobRunId, taskRunId, workflowRunId } from "../queues.ts";
import type { Services } from "../services.ts";
import { SlotKeeper } from "../workers/slot-keeper.ts";
import { findCheckpoint, ofJob, type JobCheckpoint } from "./find-checkpoint.ts";
import { makeCheckpoint } from "./make-checkpoint.ts";
import { planRollback, type RollbackPlan } from "./plan-rollback.ts";
import { unfinishedFiles } from "./unfinished-files.ts";

export type RollbackInput = { readonly rollbackId: string; readonly jobId: string };
export type RollbackOutput = { readonly tip: string };

export const rollbackWorkflowName = "rollback";

/** What the first steps found out, as the journal has it. */
type Plan = RollbackPlan & { readonly runs: readonly string[] };

/**
 * A rollback, step by step: what is there is kept, then where to go is worked out and judged beside everything. Up to there nothing
 * has changed. Then the branch moves, by compare-and-swap, and the state follows in one transaction. Whoever goes on after a death
 * takes up at the first step without a record, and each step may be repeated.
 */
export const rollbackWorkflow = (services: Services): Workflow<RollbackInput, RollbackOutput> => ({
  name: rollbackWorkflowName,
  version: "1",
  run: async (flow, { rollbackId, jobId }) => {
    const rollback = await services.state.rollbacks.pending(asJobId(jobId));
    if (rollback?.id !== rollbackId) throw new Error(`rollback ${rollbackId} of ${jobId} is not under way`);
    return carryOut({ services, rollback }, flow);
  },
});

type Work = { readonly services: Services; readonly rollback: Rollback };

async function carryOut(work: Work, flow: Flow): Promise<RollbackOutput> {
  const { fault } = work.services;
  await flow.step("save", () => save(work));
  fault("rollback.saved");
  const plan = await flow.step("build", () => build(work));
  fault("rollback.built");
  await flow.step("judge", ({ signal }) => judge(work, plan, signal));
  fault("rollback.judged");
  await flow.step("move", () => move(work, plan));
  fault("rollback.moved");
  await flow.step("apply", () => apply(work, plan));
  fault("rollback.applied");
  await flow.step("clear", () => clear(work, plan));
  fault("rollback.cleared");
  return { tip: plan.tip };
}

/** What is there now can be gone back to as well. */
async function save({ services, rollback }: Work): Promise<null> {
  const { id, jobId } = rollback;
  await makeCheckpoint(services, { id, jobId, kind: "rollback", files: await unfinishedFiles(services, jobId) });
  return null;
}

async function build({ services, rollback }: Work): Promise<Plan> {
  const { state, repo } = services;
  const { jobId } = rollback;
  const checkpoint = await targetOf({ services, rollback });
  const plan = await planRollback(services, checkpoint, rollback.request);
  await pinCommit(repo, jobId, plan.tip);
  // The checkpoint may be removed one day, and what goes on with its files may not have begun by then.
  for (const { commit } of filesOf(checkpoint, plan)) await pinCommit(repo, jobId, commit);
  const isGoing = new Set(plan.tasks);
  const tasks = (await state.tasks.list(jobId)).filter(({ id }) => isGoing.has(id));
  const runs = tasks.map(({ id, round }) => taskRunId(id, round));
  const body = await state.workflowRuns.current(jobId);
  const bodies = body === undefined ? [] : [workflowRunId(jobId, body.number)];
  return { ...plan, runs: [...runs, ...bodies, jobRunId(jobId, (await state.jobs.get(jobId)).round)] };
}

const targetOf = async ({ services, rollback }: Work): Promise<JobCheckpoint> =>
  ofJob(await findCheckpoint(services, rollback.checkpointId));

const filesOf = ({ files }: JobCheckpoint, { tasks }: RollbackPlan): readonly KeptFiles[] =>
  files.filter(({ attempt }) => tasks.includes(attempt.slice(0, attempt.lastIndexOf("/"))));

/** A branch that never was before has to pass what every merge has to pass. */
async function judge({ services, rollback }: Work, { from, tip }: Plan, signal: AbortSignal): Promise<null> {
  const job = await services.state.jobs.get(rollback.jobId);
  const { gates } = job.options;
  const isNew = rollback.request.strategy !== "full" && tip !== from;
  if (!isNew || !gates.some(({ on }) => on.includes("merged"))) return null;
  const slots = new SlotKeeper({ services, pool: new AgentPool(services.agents), job });
  try {
    const slot = await slots.takeAt(tip, signal);
    const env = { ...services.commandEnv, TUTTI_SLOT: slot.slotId };
    const { place, redact } = services;
    const results = await runGates({ gates, on: "merged", cwd: slot.path, env, place, redact, signal });
    const failure = gateFeedback(results);
    if (failure !== undefined) throw refused(failure);
    return null;
  } finally {
    await slots.releaseAll();
  }
}

const refused = (feedback: string): TuttiError =>
  new TuttiError("CONFLICT", `The branch would not pass, so nothing was changed. ${feedback}`, {
    failureClass: "conflict",
    hint: "Take back what depends on it as well, or go back with the strategy full",
  });

async function move({ services, rollback }: Work, { from, tip }: Plan): Promise<null> {
  const { id, jobId } = rollback;
  await services.state.rollbacks.assertPending({ id, jobId, holder: services.workerId });
  await moveJob(services.repo, jobId, { from, to: tip });
  return null;
}

/** All of it or nothing: where the state can't follow the branch, the run fails, and `putBack` is what comes next. */
async function apply(work: Work, plan: Plan): Promise<null> {
  const { services, rollback } = work;
  const { result } = await services.state.rollbacks.get(rollback.id);
  if (result !== undefined) return null;
  // Somebody may have put it where it was since.
  await move(work, plan);
  const checkpoint = await targetOf(work);
  const effect = {
    jobId: rollback.jobId,
    result: resultOf(rollback, plan),
    taskIds: plan.tasks,
    files: new Map(checkpoint.files.map(({ attempt, commit }): [typeof attempt, CommitId] => [attempt, commit])),
    remade: new Map(plan.remade),
  };
  await services.state.rollbacks.apply(effect, services.workerId);
  return null;
}

const resultOf = ({ id, checkpointId, request }: Rollback, plan: RollbackPlan): RollbackResult => ({
  rollback: asCheckpointId(id),
  checkpoint: checkpointId,
  strategy: request.strategy,
  from: plan.from,
  tip: plan.tip,
  tasks: plan.tasks.map(keyOf),
  paths: plan.paths,
});

/** Nothing of what was dispatched then is ever gone on with. What they may still write is fenced out already. */
async function clear({ services, rollback }: Work, { runs }: Plan): Promise<null> {
  const { engine } = services;
  for (const name of runs) {
    const run = await engine.find(asRunId(name));
    if (run === undefined || ["completed", "failed", "cancelled"].includes(run.status)) continue;
    await engine.cancel(run.runId, `rolled back to checkpoint ${rollback.checkpointId}`);
  }
  return null;
}

const keyOf = (taskId: string): string => asTaskId(taskId).split("/").at(-1) ?? taskId;
