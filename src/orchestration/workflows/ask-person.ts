import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import { refusalOf } from "../../domain/breakpoint/answers.ts";
import { totalUsage } from "../../domain/budget/usage.ts";
import type { JobId } from "../../domain/ids.ts";
import type { WorkflowRun } from "../../domain/workflow/workflow-run.ts";
import type { ApprovalQuestion, ApprovalSignal } from "../../workflow/host.ts";
import { askRules } from "../breakpoints/ask-rules.ts";
import type { JobDesk } from "../desk.ts";
import { workflowRunId } from "../queues.ts";
import type { Services } from "../services.ts";

/** Has a rule, or a person, answer a workflow's question. Asking again for the same key asks nobody twice. */
export async function askPerson(
  { services, job }: JobDesk,
  run: WorkflowRun,
  { question, context, timeoutMs, key, signalName }: ApprovalQuestion,
): Promise<void> {
  const { state, engine, redact, redactJson } = services;
  const verdict = await askRules({ services, job }, "approval", async () => ({
    strategy: job.strategy,
    workflow: run.name,
    question,
    jobCostUsd: totalUsage(await state.sessions.usageOfJob(job.id)).costUsd ?? undefined,
  }));
  if (verdict !== undefined && verdict.action !== "ask") {
    const { action, rule } = verdict;
    const payload: ApprovalSignal = { approved: action === "approve", note: `by the rule ${rule}` };
    await engine.signal(workflowRunId(job.id, run.number), { name: signalName, key: "first", payload });
    await state.events.append("breakpoint-passed", { jobId: job.id }, { kind: "approval", rule, action });
    return;
  }
  const limitMs = verdict?.timeoutMs ?? timeoutMs;
  const request: BreakpointRequest = {
    kind: "approval",
    question: redact(verdict?.message ?? question),
    context: {
      reasons: [`Asked by the workflow ${run.name}`],
      ...(context === undefined ? {} : { input: redactJson(context) }),
    },
    ...(verdict === undefined ? {} : { rule: verdict.rule }),
    ...(limitMs === undefined ? {} : { timeoutMs: limitMs }),
  };
  await state.workflowRuns.ask(run, { key, signalName }, request);
}

/** What was answered about a job's workflow reaches its body. */
export async function handWorkflowAnswersOn(services: Pick<Services, "state" | "engine">, jobId: JobId): Promise<void> {
  const run = await services.state.workflowRuns.current(jobId);
  if (run !== undefined) await handAnswersOn(services, run);
}

/** The body that waits for answers gets those that there are; again and again it is the same. */
export async function handAnswersOn(
  { state, engine }: Pick<Services, "state" | "engine">,
  run: WorkflowRun,
): Promise<void> {
  const runId = workflowRunId(run.jobId, run.number);
  if (run.status !== "running" || (await engine.find(runId)) === undefined) return;
  for (const { signalName, breakpoint } of await state.workflowRuns.questions(run)) {
    const { answer, status } = breakpoint;
    // Without a rule it is the workflow's own to decide on what nobody answered: it waits for as long itself.
    const isForRule = status === "expired" && breakpoint.rule !== undefined;
    if (answer === undefined || !(status === "resolved" || isForRule)) continue;
    const approved = answer.answer !== refusalOf({ kind: "approval", isOfJob: true });
    const payload: ApprovalSignal = { approved, ...(answer.note === undefined ? {} : { note: answer.note }) };
    await engine.signal(runId, { name: signalName, key: "first", payload });
  }
}
