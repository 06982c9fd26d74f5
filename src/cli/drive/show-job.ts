import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Project } from "../../compose.ts";
import type { JobReport } from "../../domain/job-report.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import { exitCodeOf } from "../../domain/job-status.ts";
import type { Job } from "../../domain/model.ts";
import type { Cli } from "../cli.ts";
import type { JobDisplay } from "../render/display/display.ts";
import { watchJob } from "../render/display/watch-job.ts";

export type ShowRequest = {
  readonly job: Job;
  /** What happened since then is new; milliseconds since the Unix epoch. Default: now. */
  readonly begunAt?: number;
};

export type ShownJob = {
  /** For whoever needs the terminal for a moment. */
  readonly display: JobDisplay;
  /** Shows what is still to be shown, and ends the drawing. */
  readonly settle: () => Promise<void>;
  /** Settles, then shows the result. @param exitCode - of the command; default: what the status says */
  readonly finish: (status: JobStatus, exitCode?: number) => Promise<void>;
  /** Gives the terminal back; idempotent. */
  readonly close: () => Promise<void>;
};

/**
 * Shows a job while it is carried out: live on a terminal, as lines elsewhere, as NDJSON with `--json`. A resume shows what is
 * new; the first drive shows the job from its beginning.
 */
export async function showJob(
  cli: Cli,
  project: Project,
  { job, begunAt = Date.now() }: ShowRequest,
): Promise<ShownJob> {
  const newsSince = job.round > 1 || job.status !== "planning" ? begunAt : job.createdAt;
  const display = await openDisplay(cli, project);
  const ended = new AbortController();
  const { readerGone } = cli.output;
  const { application } = project;
  const watching = watchJob({
    source: application,
    jobId: job.id,
    display,
    signal: ended.signal,
    readerGone,
    newsSince,
  });
  // Told by `finish` or `close`, whichever comes first.
  watching.catch(() => undefined);
  const settle = async (): Promise<void> => {
    ended.abort();
    await watching;
  };
  return {
    display,
    settle,
    finish: async (status, exitCode = exitCodeOf(status)) => {
      await settle();
      const report = await application.report(job.id);
      if (report !== undefined) await saveReport(project, report);
      const pause = status === "paused" ? await application.pauseReason(await application.job(job.id)) : undefined;
      const result = { jobId: job.id, branch: job.branch, status, exitCode, report };
      display.finish({ ...result, ...(pause === undefined ? {} : { pause }) });
    },
    close: async () => {
      ended.abort();
      display.close();
      await watching.catch(() => undefined);
    },
  };
}

/** For people who weren't there, and for pull requests. */
async function saveReport({ stateDir }: Project, report: JobReport): Promise<void> {
  const { reportMarkdown } = await import("../render/report-markdown.ts");
  const folder = join(stateDir, "reports");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, `${report.jobId}.md`), reportMarkdown(report), { mode: 0o600 });
}

async function openDisplay({ output }: Cli, { loaded }: Project): Promise<JobDisplay> {
  const { monitoring } = loaded.config;
  if (output.isJson) return (await import("../render/display/json-display.ts")).jsonDisplay(output);
  if (output.isTty && monitoring.showProgressBar) {
    return (await import("../render/display/live-display.ts")).openLiveDisplay({ output, stream: process.stdout });
  }
  const { plainDisplay } = await import("../render/display/plain-display.ts");
  return plainDisplay({ output, progressIntervalMs: monitoring.progressIntervalMs });
}
