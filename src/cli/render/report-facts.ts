import type { JobReport, TaskReport } from "../../domain/job-report.ts";
import { counted, formatDuration, shortCommit } from "./quantities.ts";

/** `2 of 3 tasks completed in 6m 12s` */
export function reportHeadline({ tasks, durationMs }: JobReport): string {
  const completed = completedOf(tasks);
  const unproved = unprovedOf(tasks).length;
  const how = unproved === 0 ? "" : ` (${unproved} unproved)`;
  return `${completed.length} of ${counted(tasks.length, "task")} completed${how} in ${formatDuration(durationMs)}`;
}

export const completedOf = (tasks: readonly TaskReport[]): readonly TaskReport[] =>
  tasks.filter(({ status }) => status === "completed");

const unprovedOf = (tasks: readonly TaskReport[]): readonly TaskReport[] =>
  completedOf(tasks).filter(({ proof }) => proof?.level === "unproved");

const unfinishedOf = (tasks: readonly TaskReport[]): readonly TaskReport[] =>
  tasks.filter(({ status }) => status !== "completed");

export type NextStep = { readonly what: string; readonly command: string };

/** What a person can do with the result, the most likely first. */
export function nextCommands(report: JobReport): readonly NextStep[] {
  const { jobId, baseCommit, tasks } = report;
  const result = report.isBranchElsewhere === true ? shortCommit(report.tipCommit) : report.branch;
  const merged = [
    { what: "look at the changes", command: `git diff ${shortCommit(baseCommit)}..${result}` },
    { what: "merge them into your branch", command: `tutti merge ${jobId}` },
  ];
  const unfinished = unfinishedOf(tasks).filter(({ status }) => status !== "cancelled");
  const again = { what: "try what isn't completed again", command: `tutti retry ${jobId}` };
  const unproved = unprovedOf(tasks)
    .slice(0, 1)
    .map(({ key }) => ({ what: "see why work is unproved", command: `tutti explain ${jobId}/${key}` }));
  return [...(completedOf(tasks).length > 0 ? merged : []), ...unproved, ...(unfinished.length > 0 ? [again] : [])];
}

/**
 * Where the result is, in a line or two.
 * @param branch - as it is to be shown
 */
export function resultLines(report: JobReport, branch: string): readonly string[] {
  const commit = shortCommit(report.tipCommit);
  if (report.isBranchElsewhere !== true) {
    return [`The result is on branch ${branch} (${commit}). Your own branch has not changed.`];
  }
  return [
    `The result is commit ${commit}. Branch ${branch} stands elsewhere and was left alone:`,
    "you had it checked out, or committed to it. No other branch of yours has changed.",
  ];
}

/** The last lines of what a failed gate printed. */
export const lastLines = (lines: readonly string[], count: number): readonly string[] =>
  lines.filter((line) => line.trim() !== "").slice(-count);
