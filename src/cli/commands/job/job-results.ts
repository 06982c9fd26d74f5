import { openProject } from "../../../compose.ts";
import { exitCodeOf, exitCodes, isJobOver, type JobStatus } from "../../../domain/job-status.ts";
import { formatResults, synthesize } from "../../../orchestration/jobs/synthesis.ts";
import type { JobProgress } from "../../../orchestration/insight/task-results.ts";
import type { Cli } from "../../cli.ts";
import { formatCost } from "../../render/quantities.ts";
import { plainLines } from "../../render/terminal-text.ts";
import { withProject } from "../../with-project.ts";

/** `tutti job status`: where a job stands, in one line. Its exit code is that of the job once it is over. */
export const jobStatusCommand = (cli: Cli, id: string | undefined): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const progress = await application.progress((await application.job(id)).id);
    cli.output.stdout(cli.output.isJson ? `${JSON.stringify(progress)}\n` : `${progressLine(progress)}\n`);
    return isJobOver(progress.status) ? exitCodeOf(progress.status) : exitCodes.done;
  });

const standsStill: ReadonlySet<JobStatus> = new Set<JobStatus>(["paused", "interrupted"]);

function progressLine(progress: JobProgress): string {
  const { jobId, status, completed, totalTasks, progressPct, inProgress, pending, failed, blocked, waiting } = progress;
  // Of a job that stands still nobody is at work: they go on with it.
  const begun = standsStill.has(status) ? "begun" : "at work";
  const counts = Object.entries({ [begun]: inProgress, pending, failed, blocked, waiting })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
  const parts = [`${completed}/${totalTasks} completed (${progressPct}%)`, ...counts, formatCost(progress.costUsd)];
  return `${jobId}: ${status}, ${parts.join(", ")}`;
}

/** `tutti job results`: what every task came to. */
export const jobResultsCommand = (cli: Cli, id: string | undefined): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const job = await application.job(id);
    const results = await application.results(job.id);
    const { isJson, stdout } = cli.output;
    stdout(
      isJson
        ? `${JSON.stringify({ job: job.id, status: job.status, results })}\n`
        : `${plainLines(formatResults(results)).join("\n")}\n`,
    );
    return exitCodes.done;
  });

export type SynthesizeOptions = { readonly prompt?: string };

/** `tutti job synthesize`: one text from all results, by the manager's model. */
export async function jobSynthesizeCommand(
  cli: Cli,
  id: string | undefined,
  { prompt }: SynthesizeOptions,
): Promise<number> {
  const project = await openProject({ cwd: cli.cwd, env: cli.env });
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once("SIGINT", onSignal);
  try {
    const { application, services, own } = project;
    const job = await application.job(id);
    const results = await application.results(job.id);
    const question = prompt ?? "Say what was built, what failed and why, and what should be done next.";
    const text = await synthesize({ services, own, job, results, question, signal: stop.signal });
    const { isJson, stdout } = cli.output;
    stdout(
      isJson ? `${JSON.stringify({ job: job.id, synthesis: text })}\n` : `${plainLines(text.trim()).join("\n")}\n`,
    );
    return exitCodes.done;
  } finally {
    process.off("SIGINT", onSignal);
    await project.close();
  }
}
