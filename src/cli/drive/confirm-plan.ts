import { estimatePlan, type Range, type TaskPrior } from "../../domain/plan/estimate.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import type { Job } from "../../domain/model.ts";
import type { RunPreview } from "../../domain/cache/run-preview.ts";
import type { Plan, PlanTask } from "../../domain/plan/plan-schema.ts";
import type { Application } from "../../orchestration/application.ts";
import type { CacheRoom } from "../../orchestration/result-cache/cache-room.ts";
import { promptPerson } from "../ask/prompt-person.ts";
import type { Cli } from "../cli.ts";
import type { Output } from "../output.ts";
import type { Terminal } from "../terminal.ts";
import type { JobDisplay } from "../render/display/display.ts";
import { tellRemarks } from "./tell-remarks.ts";
import { planTree } from "../render/plan-tree.ts";
import { previewNote, previewTotals } from "../render/run-preview-text.ts";

const lookAgainMs = 500;

export type PlanConversation = {
  readonly application: Pick<Application, "tasks" | "watch" | "job" | "usualTask" | "decidePlan"> & {
    readonly cache: Pick<CacheRoom, "preview">;
  };
  readonly job: Job;
  /** The person said yes beforehand: nothing is asked. */
  readonly isApproved: boolean;
  readonly display: Pick<JobDisplay, "suspend" | "resume">;
  /** A Ctrl-C at the question: the plan stays and is asked about again by `resume`. */
  readonly interrupt: () => void;
  /** Ends the waiting when the job has ended. */
  readonly signal: AbortSignal;
};

/** Shows the plan when it is there, and on a terminal asks for the yes that the job waits for. */
export async function confirmPlan(cli: Cli, conversation: PlanConversation): Promise<void> {
  const { application, job, isApproved, signal, display } = conversation;
  const isAccepted = (await application.tasks(job.id)).length > 0;
  if (cli.output.isJson || isAccepted) return;
  const watch = application.watch();
  while (!signal.aborted) {
    const { plan, status } = await application.job(job.id);
    if (plan !== undefined && !willChange.has(status)) {
      display.suspend();
      const preview = await application.cache.preview(await application.job(job.id));
      cli.output.stdout(`\n${planText(cli, conversation, { plan, preview })}\n`);
      // Of a plan that somebody wrote it was said when it was read.
      if (job.plan === undefined)
        tellRemarks(cli, plan, { settings: job.options, command: `tutti plan lint --job ${job.id}` });
      const isAsked = status === "proposed" && !isApproved;
      if (isAsked && cli.terminal !== undefined) await ask(cli.output, cli.terminal, conversation);
      display.resume();
      return;
    }
    await watch.wait({ timeoutMs: lookAgainMs, signal });
  }
}

/** As the drive before this one left a job whose plan nobody has answered; this one has not taken it up yet. */
const willChange: ReadonlySet<JobStatus> = new Set(["planning", "interrupted", "paused", "waiting"]);

type Proposal = { readonly plan: Plan; readonly preview: RunPreview | undefined };

function planText({ output }: Cli, { application, job }: PlanConversation, { plan, preview }: Proposal): string {
  const { workers } = job.options;
  const previews = new Map(preview?.tasks.map((task) => [task.key, task]));
  const priorOf = (planned: PlanTask): TaskPrior => {
    const usual = application.usualTask(job, planned);
    const task = previews.get(planned.key);
    if (task === undefined) return usual;
    return { durationMs: task.status === "cached" ? atOnce : usual.durationMs, costUsd: task.costUsd };
  };
  // Where everything is new there is nothing to tell apart.
  const hasHistory = preview?.tasks.some(({ status }) => status !== "new") ?? false;
  const noteOf = ({ key }: PlanTask): string | undefined => {
    const task = previews.get(key);
    return task === undefined || !hasHistory ? undefined : previewNote(task);
  };
  const estimate = estimatePlan({ plan, workers, priorOf });
  const page = { columns: output.columns, style: output.style };
  const tree = planTree(plan, { ...page, estimate, priorOf, noteOf, hasHistory });
  return hasHistory && preview !== undefined ? `${tree}${previewTotals(preview)}\n` : tree;
}

const atOnce: Range = { low: 0, p50: 0, high: 0 };

async function ask(output: Output, terminal: Terminal, conversation: PlanConversation): Promise<void> {
  const { application, job, signal, interrupt } = conversation;
  const { confirm, isCancel } = await import("@clack/prompts");
  await using answered = untilAnswered(conversation);
  const until = AbortSignal.any([signal, answered.signal]);
  const answer = await promptPerson(terminal, until, (prompt) => confirm({ message: "Start this plan?", ...prompt }));
  if (signal.aborted) return;
  if (answered.signal.aborted) return output.stdout("It was answered elsewhere, or its time is up.\n");
  if (isCancel(answer)) return interrupt();
  if (!answer) output.stdout("Nothing was started.\n");
  await application.decidePlan(await application.job(job.id), answer ? "approved" : "refused");
}

/** Somebody else may answer, or the time may be up, while the person thinks. */
function untilAnswered({ application, job, signal }: PlanConversation): AsyncDisposable & { signal: AbortSignal } {
  const answered = new AbortController();
  const over = new AbortController();
  const ends = AbortSignal.any([signal, over.signal]);
  const look = async (): Promise<void> => {
    const watch = application.watch();
    while (!ends.aborted && (await application.job(job.id)).status === "proposed") {
      await watch.wait({ timeoutMs: lookAgainMs, signal: ends });
    }
    if (!ends.aborted) answered.abort();
  };
  const looking = look();
  // Then the question stands until the job ends, as thrown where it is disposed of.
  looking.catch(() => answered.abort());
  return {
    signal: answered.signal,
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await looking;
    },
  };
}
