import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import { totalUsage } from "../../domain/budget/usage.ts";
import type { JobId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import type { Services } from "../services.ts";
import { findSpent } from "../budget/spending.ts";
import { askRules } from "./ask-rules.ts";

/**
 * Has a person, or a rule, decide on the plan that was made.
 * @returns `proposed` when a person has to
 */
export async function askAboutPlan(services: Services, jobId: JobId): Promise<"proposed" | "approved" | "refused"> {
  const { jobs, sessions, events } = services.state;
  const job = await jobs.get(jobId);
  const tasks = job.plan?.tasks ?? [];
  const verdict = await askRules({ services, job }, "plan", async () => ({
    strategy: job.strategy,
    jobCostUsd: totalUsage(await sessions.usageOfJob(jobId)).costUsd ?? undefined,
    tasks: tasks.length,
  }));
  if (verdict === undefined || verdict.action === "ask") {
    const ask: BreakpointRequest = {
      kind: "plan",
      question: services.redact(verdict?.message ?? `Carry out the plan for "${job.goal}"?`),
      context: {
        reasons: [job.plan?.summary ?? "", ...tasks.map(({ key, title }) => `${key}: ${title}`)].filter(Boolean),
      },
      ...(verdict === undefined ? {} : { rule: verdict.rule }),
      ...(verdict?.timeoutMs === undefined ? {} : { timeoutMs: verdict.timeoutMs }),
    };
    await jobs.setStatus(jobId, "proposed", { ask });
    return "proposed";
  }
  const { action, rule } = verdict;
  await events.append("breakpoint-passed", { jobId }, { kind: "plan", rule, action });
  return action === "approve" ? "approved" : "refused";
}

/** What a person is asked about a job that stands still; `undefined` when its tasks ask, or only time is missing. */
export async function jobQuestion(
  services: Services,
  job: Job,
  end: "paused" | "waiting",
): Promise<BreakpointRequest | undefined> {
  return end === "paused" ? budgetQuestion(services, job) : commonCauseQuestion(services, job);
}

async function commonCauseQuestion({ state }: Services, job: Job): Promise<BreakpointRequest | undefined> {
  if (!(await state.holds.circuit(job.id)).isOpen) return undefined;
  const failed = (await state.tasks.list(job.id)).filter(({ status }) => status === "failed");
  return {
    kind: "failure",
    question: "Several tasks failed in the same way, so nothing more was begun. What now?",
    context: { reasons: failed.slice(0, 10).map(({ key, reason }) => `${key}: ${reason ?? "it failed"}`) },
  };
}

async function budgetQuestion(services: Services, job: Job): Promise<BreakpointRequest | undefined> {
  const spent = await findSpent(services, job);
  if (spent === undefined) return undefined;
  const { level, limitUsd, spentUsd } = spent;
  const hint = level === "project" ? " The limit stands in the settings: raise budget.maxCostUsdPerProject there." : "";
  return {
    kind: "budget",
    question: `The ${level} has cost all that it may. Shall it go on?`,
    context: { reasons: [`Its limit is ${limitUsd} USD.${hint}`], limitUsd, costUsd: spentUsd },
    // Of the project's limit a job knows nothing.
    ...(level === "project" ? { options: ["stop"] } : {}),
  };
}
