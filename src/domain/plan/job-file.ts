import { z } from "zod";

import { TuttiError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Job } from "../model.ts";
import type { TaskStatus } from "../task-status.ts";
import type { RawTaskRequest, TaskSpec } from "./task-spec.ts";

const format = "tutti-job";
const version = 1;
const jsonObject = z.record(z.string(), z.json());

/** A job as a file: enough to make the same tasks again, and to read how far they were. */
export type JobFile = {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly job: Pick<Job, "id" | "goal" | "status" | "baseCommit" | "branch" | "createdAt">;
  /** Each is what `addTasks` takes, and its status, which an import doesn't look at. */
  readonly tasks: readonly JsonObject[];
};

export function jobFileOf(
  { id, goal, status, baseCommit, branch, createdAt }: JobFile["job"],
  tasks: readonly { readonly spec: TaskSpec; readonly status: TaskStatus }[],
): JobFile {
  const job = { id, goal, status, baseCommit, branch, createdAt };
  return { format, version, job, tasks: tasks.map((task) => ({ ...requestOf(task.spec), status: task.status })) };
}

/** What has to be asked for to get this task. */
const requestOf = ({ parent, ...spec }: TaskSpec): JsonObject =>
  jsonObject.parse({ ...spec, ...(parent === undefined ? {} : { parentTaskId: parent }) });

/** Whether a parsed file means to be a job of ours, whatever else is wrong with it. */
export const isJobFile = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "format" in value && value.format === format;

const jobFileSchema = z.object({
  version: z.literal(version),
  job: z.object({ goal: z.string().trim().min(1) }),
  tasks: z.array(jsonObject).min(1),
});

export type ImportedJob = {
  readonly goal: string;
  /** Not yet looked at: whoever adds them says what is wrong with them. */
  readonly tasks: readonly RawTaskRequest[];
};

/**
 * @param file - its name, for errors
 * @throws {TuttiError} `INPUT_INVALID` naming the file and the field
 */
export function parseJobFile(value: unknown, file: string): ImportedJob {
  const parsed = jobFileSchema.safeParse(value);
  if (!parsed.success) throw notAJob(parsed.error, file);
  const { job, tasks } = parsed.data;
  return { goal: job.goal, tasks: tasks.map(({ status: _status, ...request }): JsonObject => request) };
}

function notAJob({ issues }: z.ZodError, file: string): TuttiError {
  const [issue] = issues;
  const field = issue?.path.join(".") ?? "";
  const isOtherVersion = field === "version";
  return new TuttiError("INPUT_INVALID", `${file}: ${field === "" ? "the file" : field}: ${issue?.message ?? ""}`, {
    hint: isOtherVersion
      ? `This Tutti reads version ${version}: export the job again with it, or use the newer Tutti`
      : "Export the job again: tutti job export <job> --output <file>",
    context: { file, field },
  });
}
