import type { Output } from "../../output.ts";
import type { JobResult } from "./display.ts";
import { pauseReasonText } from "../pause-reason.ts";
import { reportText } from "../report-text.ts";

/** What a person is told when a command that ran a job ends: the report if the job is over, else how it goes on. */
export function endingText(result: JobResult, output: Pick<Output, "style" | "columns">): string {
  const { report, status } = result;
  const isReported = report !== undefined && (status === "completed" || status === "failed");
  return `\n${isReported ? reportText(report, output) : endingOf(result)}`;
}

function endingOf({ status, jobId, pause }: JobResult): string {
  switch (status) {
    case "proposed":
      return `The plan of job ${jobId} waits for your yes.\n  start it: tutti resume ${jobId} --yes\n`;
    case "waiting":
      return `Job ${jobId} waits for you.\n  see what is asked: tutti breakpoint list\n  answer: tutti breakpoint resolve <id> <answer>\n  go on: tutti resume ${jobId}\n`;
    case "paused":
      return pausedText(jobId, pause);
    case "interrupted":
      return `Job ${jobId} is ${status}; everything done so far is kept.\n  go on: tutti resume ${jobId}\n`;
    default:
      return `Job ${jobId} is ${status}.\n  see more: tutti job show ${jobId}\n`;
  }
}

function pausedText(jobId: string, pause: JobResult["pause"]): string {
  const { why, next } = pauseReasonText(pause, { jobId, now: Date.now() });
  const steps = next.map((step) => `  ${step}\n`).join("");
  return `Job ${jobId} is paused; everything done so far is kept.\n  why: ${why}\n${steps}`;
}
