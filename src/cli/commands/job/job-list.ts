import { exitCodes } from "../../../domain/job-status.ts";
import type { Job, Task } from "../../../domain/model.ts";
import type { Application } from "../../../orchestration/application.ts";
import type { Output } from "../../output.ts";
import { formatDateTime } from "../../render/quantities.ts";
import { textTable } from "../../render/text-table.ts";
import { cut, displayWidth, oneLine } from "../../render/terminal-text.ts";

export type JobListRequest = {
  readonly application: Pick<Application, "jobs" | "tasks">;
  readonly output: Output;
  /** IANA name; default: the machine's. */
  readonly timeZone?: string;
};

/** Every job of this project, the newest first. */
export async function jobList({ application, output, timeZone }: JobListRequest): Promise<number> {
  const jobs = await application.jobs();
  const listed = await Promise.all(jobs.map(async (job) => ({ job, tasks: await application.tasks(job.id) })));
  if (output.isJson) output.stdout(`${JSON.stringify({ jobs: listed.map(jobFacts) })}\n`);
  else if (listed.length === 0) output.stdout('There is no job in this project yet. Start one: tutti run "<goal>"\n');
  else output.stdout(listText(listed, output, timeZone));
  return exitCodes.done;
}

type Listed = { readonly job: Job; readonly tasks: readonly Task[] };

const completedOf = (tasks: readonly Task[]): number => tasks.filter(({ status }) => status === "completed").length;

const jobFacts = ({ job, tasks }: Listed) => ({
  id: job.id,
  goal: job.goal,
  status: job.status,
  branch: job.branch,
  baseCommit: job.baseCommit,
  tasks: tasks.length,
  completed: completedOf(tasks),
  createdAt: job.createdAt,
  endedAt: job.endedAt ?? null,
});

const shortestGoal = 20;

function listText(listed: readonly Listed[], { columns }: Output, timeZone: string | undefined): string {
  const titles = [{ title: "job" }, { title: "status" }, { title: "done" }, { title: "started" }, { title: "goal" }];
  const facts = listed.map(({ job, tasks }) => [
    job.id,
    job.status,
    tasks.length === 0 ? "–" : `${completedOf(tasks)}/${tasks.length}`,
    formatDateTime(job.createdAt, timeZone),
  ]);
  const taken = titles
    .slice(0, -1)
    .map(({ title }, at) => 2 + Math.max(title.length, ...facts.map((row) => displayWidth(row[at] ?? ""))))
    .reduce((sum, width) => sum + width, 0);
  const goalWidth = Math.max(shortestGoal, columns - taken);
  const rows = facts.map((row, at) => [...row, cut(oneLine(listed[at]?.job.goal ?? ""), goalWidth)]);
  return textTable(titles, rows);
}
