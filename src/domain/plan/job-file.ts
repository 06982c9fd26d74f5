import { z } from "zod";

import { TuttiError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Job } from "../model.ts";
import type { TaskStatus } from "../task-status.ts";
import type { WorkflowRun } from "../workflow/workflow-run.ts";
import type { RawTaskRequest, TaskSpec } from "./task-spec.ts";

const format = "tutti-job";
/** 2: its tasks are a workflow's. A Tutti that knows only 1 would make a job of those that there are, and call it whole. */
const versions = [1, 2] as const;
const jsonObject = z.record(z.string(), z.json());

/** What the tasks of a job come from. */
export type JobFileWorkflow = Pick<WorkflowRun, "ref" | "name" | "version" | "input">;

/** A job as a file: enough to make the same tasks again, and to read how far they were. */
export type JobFile = {
  readonly format: typeof format;
  readonly version: (typeof versions)[number];
  readonly job: Pick<Job, "id" | "goal" | "status" | "baseCommit" | "branch" | "createdAt">;
  readonly workflow?: JobFileWorkflow;
  /** Each is what `addTasks` takes, and its status, which an import doesn't look at. */
  readonly tasks: readonly JsonObject[];
};

export function jobFileOf(
  { id, goal, status, baseCommit, branch, createdAt }: JobFile["job"],
  tasks: readonly { readonly spec: TaskSpec; readonly status: TaskStatus }[],
  run?: JobFileWorkflow,
): JobFile {
  const job = { id, goal, status, baseCommit, branch, createdAt };
  const written = tasks.map((task) => ({ ...requestOf(task.spec), status: task.status }));
  if (run === undefined) return { format, version: 1, job, tasks: written };
  const { ref, name, version, input } = run;
  return { format, version: 2, job, workflow: { ref, name, version, input }, tasks: written };
}

/** What has to be asked for to get this task. */
const requestOf = ({ parent, ...spec }: TaskSpec): JsonObject =>
  jsonObject.parse({ ...spec, ...(parent === undefined ? {} : { parentTaskId: parent }) });

/** Whether a parsed file means to be a job of ours, whatever else is wrong with it. */
export const isJobFile = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "format" in value && value.format === format;

const goalOfJob = z.object({ goal: z.string().trim().min(1) });
const text = z.string().min(1);
/** A file of somebody else's must not have code run that stands anywhere on this machine. */
const outside = /^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|#|$)/;
const ref = text.refine((value) => !outside.test(value), "is a workflow outside of the project: run it by its path");

const jobFileSchema = z.discriminatedUnion("version", [
  z.object({ version: z.literal(1), job: goalOfJob, tasks: z.array(jsonObject).min(1) }),
  z.object({
    version: z.literal(2),
    job: goalOfJob,
    workflow: z.object({ ref, name: text, version: text, input: z.json() }),
  }),
]);

export type ImportedJob = {
  readonly goal: string;
  /** Not yet looked at: whoever adds them says what is wrong with them. None where a workflow adds them. */
  readonly tasks: readonly RawTaskRequest[];
  readonly workflow?: JobFileWorkflow;
};

/**
 * @param file - its name, for errors
 * @throws {TuttiError} `INPUT_INVALID` naming the file and the field
 */
export function parseJobFile(value: unknown, file: string): ImportedJob {
  const parsed = jobFileSchema.safeParse(value);
  if (!parsed.success) throw notAJob(parsed.error, file);
  const { goal } = parsed.data.job;
  if (parsed.data.version === 2) return { goal, tasks: [], workflow: parsed.data.workflow };
  return { goal, tasks: parsed.data.tasks.map(({ status: _status, ...request }): JsonObject => request) };
}

function notAJob({ issues }: z.ZodError, file: string): TuttiError {
  const [issue] = issues;
  const field = issue?.path.join(".") ?? "";
  return new TuttiError("INPUT_INVALID", `${file}: ${field === "" ? "the file" : field}: ${issue?.message ?? ""}`, {
    hint: hints.get(field) ?? "Export the job again: tutti job export <job> --output <file>",
    context: { file, field },
  });
}

/** By the field that is wrong, where to export the job again would not help. */
const hints: ReadonlyMap<string, string> = new Map([
  [
    "version",
    `This Tutti reads versions ${versions.join(" and ")}: export the job again with it, or use the newer Tutti`,
  ],
  ["workflow.ref", "Look at its code, then run it yourself: tutti workflow run <file> --input <json>"],
]);
