import { TuttiError } from "../domain/errors.ts";
import type { JobId, TaskId } from "../domain/ids.ts";
import type { Job } from "../domain/model.ts";
import { addTasks, type AddedTasks } from "../domain/plan/add-tasks.ts";
import type { RawTaskRequest, TaskSpec } from "../domain/plan/task-spec.ts";
import { existsAt } from "../workspace/index.ts";
import { jobTip } from "./job-branch.ts";
import type { Services } from "./services.ts";

/**
 * Adds tasks to a job, all or none; one that is over goes on with them. A request that repeats a task is that task.
 * @returns their ids, in the order of the requests
 * @throws {TuttiError} `PLAN_INVALID`, `PLAN_CYCLE`, `INPUT_INVALID`
 */
export async function addTasksTo(
  services: Services,
  job: Job,
  requests: readonly RawTaskRequest[],
): Promise<readonly TaskId[]> {
  if (job.status === "planning" || job.status === "proposed") throw notYetPlanned(job);
  if (job.status === "cancelled") throw cancelled(job);
  const { state } = services;
  const known = (await state.tasks.list(job.id)).map(({ spec }) => spec);
  await checkContextFiles(services, job.id, { known, chosen: addTasks(job.id, known, requests) });
  return state.tasks.add(job.id, (current) => addTasks(job.id, current, requests));
}

const notYetPlanned = ({ id, status }: Job): TuttiError =>
  new TuttiError("INPUT_INVALID", `Job ${id} is ${status}: tasks can be added when its plan is accepted`, {
    hint: `Accept its plan first: tutti resume ${id} --yes`,
    context: { job: id },
  });

const cancelled = ({ id }: Job): TuttiError =>
  new TuttiError("INPUT_INVALID", `Job ${id} is cancelled: it takes no more tasks`, {
    hint: 'Make another one: tutti job create "<goal>"',
    context: { job: id },
  });

type Chosen = { readonly known: readonly TaskSpec[]; readonly chosen: AddedTasks };

/** A file to read first must be in the repository, or be promised by another task. */
async function checkContextFiles(services: Services, jobId: JobId, { known, chosen }: Chosen): Promise<void> {
  const promised = new Set([...known, ...chosen.added].flatMap(({ expectedOutputs }) => expectedOutputs));
  const tip = await jobTip(services.repo, jobId);
  for (const { key, contextFiles } of chosen.added) {
    for (const path of contextFiles) {
      if (promised.has(path) || (await existsAt(services.repo, tip, path))) continue;
      throw new TuttiError(
        "INPUT_INVALID",
        `contextFiles of task ${key} names "${path}", which is not in the repository`,
        {
          hint: "Commit it first, correct the path, or let another task of the job list it under expectedOutputs",
          context: { job: jobId, task: key, path },
        },
      );
    }
  }
}
