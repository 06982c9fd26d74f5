import type { JobStatus } from "../../domain/job-status.ts";
import { asJobId, type JobId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import type { StatusReason } from "../../state/jobs/jobs.ts";
import type { Flow, Workflow } from "../../engine/port.ts";
import { askAboutPlan } from "../breakpoints/job-questions.ts";
import { driveJob, wakeQuotaWaiters } from "./drive-job.ts";
import type { AgentDesk, JobDesk } from "../desk.ts";
import { planJob } from "../jobs/plan-job.ts";
import { planDecisionSignal } from "../queues.ts";
import { reviewJob } from "../jobs/review-job.ts";
import { standStill } from "./stand-still.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";
import type { TimerWait } from "../workflows/beside-questions.ts";
import { finishWorkflow } from "../workflows/finish-workflow.ts";
import { WorkflowBody } from "../workflows/workflow-body.ts";

export type JobInput = {
  readonly jobId: string;
  /** The person said yes beforehand. */
  readonly isApproved: boolean;
};
export type JobOutput = { readonly status: JobStatus };

export const jobWorkflowName = "job";

export type DriveDesk = AgentDesk & {
  readonly workers: WorkerPool;
  readonly timers?: TimerWait | undefined;
  /** The job as it is now: its plan appears while it runs. */
  readonly deskFor: (job: Job) => JobDesk;
};

/** One drive of a job: plan, ask, carry out, review. Ends when nothing can progress; a resume is a new drive. */
export const jobWorkflow = (desk: DriveDesk): Workflow<JobInput, JobOutput> => ({
  name: jobWorkflowName,
  version: "1",
  run: async (flow, input) => ({ status: await runJob(desk, flow, input) }),
});

async function runJob(desk: DriveDesk, flow: Flow, input: JobInput): Promise<JobStatus> {
  const { jobs, tasks } = desk.services.state;
  const jobId = asJobId(input.jobId);
  // Recorded: a replay must take the same way, though the tasks exist by then.
  const isPlanned = await flow.step("look", async () => {
    const { strategy } = await jobs.get(jobId);
    return strategy !== "manager" || (await tasks.countByStatus(jobId)).size > 0;
  });
  if (!isPlanned) {
    const planned = await planAndAsk(desk, flow, { jobId, isApproved: input.isApproved });
    if (planned !== "running") return planned;
  }
  for (;;) {
    const status = await carryOut(desk, flow, jobId);
    // Tasks may have been added, or answered, since the last one ended.
    if (status !== "running") return status;
  }
}

async function carryOut(desk: DriveDesk, flow: Flow, jobId: JobId): Promise<JobStatus> {
  const { jobs, holds } = desk.services.state;
  // Not in the step of the drive: one that is taken up again goes on with what it has seen.
  await flow.step("running", async () => {
    await holds.beginCircuit(jobId);
    return setStatus(desk, jobId, { status: "running" });
  });
  const end = await flow.step("drive", async ({ signal }) => {
    await wakeQuotaWaiters(desk, jobId);
    const own = desk.deskFor(await jobs.get(jobId));
    const { workers, timers } = desk;
    return whileBodyRuns(own, (body) => driveJob({ desk: own, workers, signal, body, timers }));
  });
  if (end !== "settled") return flow.step(end, () => standStill(desk.services, jobId, end));
  await flow.step("reviewing", () => setStatus(desk, jobId, { status: "reviewing" }));
  await flow.step("review", async ({ signal }) => {
    await reviewJob(desk.deskFor(await jobs.get(jobId)), signal);
    return null;
  });
  return flow.step("finish", async () =>
    (await jobs.get(jobId)).strategy === "workflow" ? finishWorkflow(desk.services, jobId) : jobs.finish(jobId),
  );
}

/** For the tasks of a workflow the body goes on beside the drive, and stands still with it. */
async function whileBodyRuns<T>(desk: JobDesk, drive: (body: WorkflowBody | undefined) => Promise<T>): Promise<T> {
  const body = desk.job.strategy === "workflow" ? await WorkflowBody.open(desk) : undefined;
  try {
    return await drive(body);
  } finally {
    await body?.stop();
  }
}

async function planAndAsk(
  desk: DriveDesk,
  flow: Flow,
  { jobId, isApproved }: { readonly jobId: JobId; readonly isApproved: boolean },
): Promise<JobStatus> {
  const { jobs, tasks } = desk.services.state;
  const given = (await jobs.get(jobId)).plan;
  const planning = await flow.step("plan", async ({ signal }) =>
    given === undefined
      ? planJob(desk.deskFor(await jobs.get(jobId)), signal)
      : ({ status: "planned", plan: given } as const),
  );
  if (planning.status !== "planned") {
    const { status, error } = planning;
    return flow.step("unplanned", () => setStatus(desk, jobId, { status, reason: error.message }));
  }
  await flow.step("propose", async () => {
    await jobs.proposePlan(jobId, planning.plan);
    return null;
  });
  if (!isApproved) {
    const asked = await flow.step("ask", () => askAboutPlan(desk.services, jobId));
    const answer = asked === "proposed" ? await flow.receive(planDecisionSignal) : asked;
    if (answer !== "approved")
      return flow.step("rejected", () =>
        setStatus(desk, jobId, { status: "cancelled", reason: "the plan was refused" }),
      );
  }
  await flow.step("accept", async () => {
    await tasks.addPlan(jobId, planning.plan);
    desk.services.fault("plan.accepted");
    return null;
  });
  return "running";
}

async function setStatus(
  desk: DriveDesk,
  jobId: JobId,
  { status, ...why }: { readonly status: JobStatus } & StatusReason,
): Promise<JobStatus> {
  await desk.services.state.jobs.setStatus(jobId, status, why);
  return status;
}
