import { TuttiError, type ErrorJson } from "../../domain/errors.ts";
import type { Job } from "../../domain/model.ts";
import { parsePlan } from "../../domain/plan/parse-plan.ts";
import { managersPlanJsonSchema, type Plan } from "../../domain/plan/plan-schema.ts";
import { managerRequest } from "../../supervision/prompts/manager-prompt.ts";
import type { PromptRequest } from "../../supervision/prompts/prompt-request.ts";
import { listFiles } from "../../workspace/index.ts";
import { askReader } from "../agent-turn/ask-reader.ts";
import type { JobDesk } from "../desk.ts";
import { checkGates } from "./manual-jobs.ts";
import { profilesOf } from "../profiles/task-agent.ts";
import { withUsableAgents, type UsablePlan } from "../profiles/usable-agents.ts";
import { defaultAccount } from "../services.ts";
import { isAccountExhausted } from "../budget/spending.ts";
import { notesFor } from "../prompts/send-prompt.ts";

/** A manager may correct its plan so often before it counts as unable to. */
const maxPlans = 3;
/** More paths than this say little and cost much. */
const maxFilesShown = 400;

export type Planning =
  | { readonly status: "planned"; readonly plan: Plan }
  | { readonly status: "paused" | "failed"; readonly error: ErrorJson };

/** Has the manager read the repository at the job's base commit and write the plan; a refused plan goes back with the reason. */
export async function planJob(desk: JobDesk, signal: AbortSignal): Promise<Planning> {
  const { services, job } = desk;
  services.fault("plan.before");
  const pause = await services.state.pauses.find(defaultAccount);
  if (pause !== undefined && (await services.state.pauses.isPaused(defaultAccount))) {
    return { status: "paused", error: pause.error };
  }
  let problem: string | undefined;
  for (let number = 1; number <= maxPlans; number += 1) {
    const outcome = await askManager(desk, { number, problem, signal });
    if (outcome.status === "failed") return planningFailure(desk, outcome.failure);
    services.fault("plan.after-agent");
    try {
      const { plan, notes } = await usableAgents(desk, checkPlan(outcome.result, job));
      for (const text of notes) desk.activity.add({ jobId: job.id, taskId: null, role: "manager", kind: "text", text });
      return { status: "planned", plan };
    } catch (error) {
      problem = TuttiError.from(error).message;
    }
  }
  const error: ErrorJson = {
    code: "PLAN_INVALID",
    message: `The manager's plan was refused ${maxPlans} times, the last time because: ${problem ?? "unknown"}`,
    failureClass: "permanent",
    hint: "Say the goal more narrowly, or write the plan yourself and give it with --plan",
    context: {},
  };
  return { status: "failed", error };
}

/** @throws {TuttiError} `PLAN_INVALID`, `PLAN_CYCLE` */
function checkPlan(result: unknown, job: Job): Plan {
  const plan = parsePlan(result, {});
  checkGates(job.options, plan.tasks);
  return plan;
}

async function usableAgents(desk: JobDesk, plan: Plan): Promise<UsablePlan> {
  const templates = await desk.services.prompts.templatesAt(desk.job.baseCommit);
  return withUsableAgents(plan, await profilesOf(desk), (name) => templates.hasVariant(name));
}

type Question = { readonly number: number; readonly problem: string | undefined; readonly signal: AbortSignal };

const askManager = (desk: JobDesk, { number, problem, signal }: Question) =>
  askReader(desk, {
    key: `${desk.job.id}/plan/${number}`,
    role: "manager",
    commit: () => Promise.resolve(desk.job.baseCommit),
    request: () => requestOf(desk, problem),
    resultSchema: managersPlanJsonSchema(),
    signal,
  });

async function requestOf(desk: JobDesk, problem: string | undefined): Promise<PromptRequest> {
  const { services, job } = desk;
  const listing = await listFiles(services.repo, job.baseCommit, { limit: maxFilesShown });
  return managerRequest({
    goal: job.goal,
    files: listing.paths,
    fileCount: listing.total,
    gates: job.options.gates.map(({ name, run }) => ({ name, run })),
    workers: job.options.workers,
    notes: await notesFor(desk),
    agents: (await profilesOf(desk)).profiles.map(({ name, description }) => ({ name, description })),
    ...(problem === undefined ? {} : { problem }),
  });
}

async function planningFailure(desk: JobDesk, failure: { error: ErrorJson; resetAt?: number }): Promise<Planning> {
  const { error, resetAt } = failure;
  const isPause =
    error.failureClass === "exhausted" || error.failureClass === "transient" || error.failureClass === "rate_limited";
  if (!isPause) return { status: "failed", error };
  if (isAccountExhausted(error)) await desk.services.state.pauses.pause(defaultAccount, resetAt, error);
  return { status: "paused", error };
}
