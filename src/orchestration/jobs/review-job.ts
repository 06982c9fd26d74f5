import { z } from "zod";

import type { JsonObject } from "../../domain/json.ts";
import type { Job, Task } from "../../domain/model.ts";
import { reviewerRequest } from "../../supervision/prompts/reviewer-prompt.ts";
import { askReader } from "../agent-turn/ask-reader.ts";
import { followTip, jobTip } from "../integration/job-branch.ts";
import type { JobDesk } from "../desk.ts";
import type { JobReport, Review } from "../../domain/job-report.ts";
import { buildReport } from "./report.ts";
import { learnNotes } from "../prompts/learn-notes.ts";
import { withoutControls } from "../../supervision/prompts/material.ts";
import type { PromptRequest } from "../../supervision/prompts/prompt-request.ts";

const reviewSchema = z.strictObject({
  verdict: z.enum(["reached", "partly", "missed"]).describe("Is the goal reached in the merged result?"),
  summary: z.string().min(1).describe("What was built, in two to five sentences"),
  findings: z.array(z.string()).default([]).describe("What is missing, wrong or risky; only what you saw"),
  nextSteps: z.array(z.string()).default([]).describe("What the person should do next"),
});

function reviewJsonSchema(): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(reviewSchema, { io: "input", target: "draft-7" });
  return z.record(z.string(), z.json()).parse(schema);
}

/** Has the manager read the whole and stores the report. Without a review the report says why. */
export async function reviewJob(desk: JobDesk, signal: AbortSignal): Promise<JobReport> {
  const { services, job } = desk;
  services.fault("review.before");
  const tasks = await services.state.tasks.list(job.id);
  const isReviewable = tasks.some(({ status }) => status === "completed");
  const asked = await review();
  services.fault("review.after-agent");
  const report = await buildReport({
    state: services.state,
    redact: services.redact,
    job,
    tipCommit: await jobTip(services.repo, job.id),
    isBranchElsewhere: (await followTip(services.repo, job.id)) === "left-alone",
    now: services.now(),
    review: asked.review,
    reviewProblem: asked.problem,
  });
  const summary = asked.review?.summary ?? `Not reviewed: ${asked.problem ?? "unknown"}`;
  await services.state.jobs.saveReport(job.id, report, summary);
  services.fault("report.saved");
  await learnNotes(desk, report, signal);
  return report;

  async function review(): Promise<Asked> {
    if (job.strategy !== "manager") return { review: undefined, problem: "whoever added the tasks reads the results" };
    if (isReviewable) return askReviewer(desk, tasks, signal);
    return { review: undefined, problem: "no task completed, so there is nothing to review" };
  }
}

type Asked = { readonly review: Review | undefined; readonly problem: string | undefined };

async function askReviewer(desk: JobDesk, tasks: readonly Task[], signal: AbortSignal): Promise<Asked> {
  const { services, job } = desk;
  const outcome = await askReader(desk, {
    key: `${job.id}/review/${job.round}`,
    role: "reviewer",
    commit: () => jobTip(services.repo, job.id),
    request: () => Promise.resolve(requestOf(job, tasks)),
    resultSchema: reviewJsonSchema(),
    signal,
  });
  if (outcome.status === "failed") return { review: undefined, problem: outcome.failure.error.message };
  const parsed = reviewSchema.safeParse(outcome.result);
  if (parsed.success) return { review: parsed.data, problem: undefined };
  return { review: undefined, problem: "the manager's review was not in the form asked for" };
}

const requestOf = (job: Job, tasks: readonly Task[]): PromptRequest =>
  reviewerRequest({
    goal: job.goal,
    planSummary: job.plan?.summary ?? "",
    baseCommit: job.baseCommit,
    tasks: tasks.map((task) => ({
      key: task.key,
      title: task.spec.title,
      status: task.status,
      evidence: evidenceOf(task),
    })),
  });

function evidenceOf(task: Task): string {
  if (task.evidence === undefined) return withoutControls(task.reason ?? "");
  const { diff, gates } = task.evidence;
  const passed = gates.map(({ name, on }) => `${name} (${on})`).join(", ");
  return `${diff.files} files changed, +${diff.added} −${diff.deleted}; gates passed: ${passed === "" ? "none" : passed}`;
}
