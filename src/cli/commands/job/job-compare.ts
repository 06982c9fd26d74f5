import { exitCodes } from "../../../domain/job-status.ts";
import type { JobFigures } from "../../../orchestration/insight/compare-jobs.ts";
import type { Cli } from "../../cli.ts";
import { formatCost, formatDiff, formatDuration, formatTokens } from "../../render/quantities.ts";
import { textTable } from "../../render/text-table.ts";
import { withProject } from "../../with-project.ts";

/** `tutti job compare`: two jobs side by side, such as one and its fork with another model. */
export const jobCompareCommand = (cli: Cli, ids: readonly [string, string]): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const jobs = await Promise.all(ids.map((id) => application.job(id)));
    const figures = await Promise.all(jobs.map((job) => application.figures.ofJob(job)));
    const { isJson, stdout } = cli.output;
    stdout(isJson ? `${JSON.stringify({ jobs: figures })}\n` : compareText(figures));
    return exitCodes.done;
  });

export function compareText(figures: readonly JobFigures[]): string {
  const row = (title: string, value: (of: JobFigures) => string): readonly string[] => [title, ...figures.map(value)];
  const rows = [
    row("status", ({ status }) => status),
    row("worker model", ({ workerModel }) => workerModel),
    row("tasks completed", ({ completed, tasks }) => `${completed} of ${tasks}`),
    row("attempts", ({ attempts }) => String(attempts)),
    row("gates passed", ({ gatesPassed, gatesFailed }) => `${gatesPassed} of ${gatesPassed + gatesFailed}`),
    row("tokens", ({ totalTokens }) => formatTokens(totalTokens)),
    row("cost", ({ costUsd }) => formatCost(costUsd)),
    row("agents' time", ({ agentMs }) => formatDuration(agentMs)),
    row("elapsed", ({ elapsedMs }) => formatDuration(elapsedMs)),
    row("changes", ({ diff }) => formatDiff(diff)),
  ];
  return textTable([{ title: "" }, ...figures.map(({ jobId }) => ({ title: jobId, align: "right" as const }))], rows);
}
