import { TuttiError } from "../../domain/errors.ts";
import type { CommitId, TaskId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import { addTasks } from "../../domain/plan/add-tasks.ts";
import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import type { JobSettings } from "../../domain/settings.ts";
import type { RawTaskRequest, TaskSpec } from "../../domain/plan/task-spec.ts";
import { existsAt, type Repository } from "../../workspace/index.ts";
import { checkPrices } from "../budget/caps.ts";
import { jobTip } from "../integration/job-branch.ts";
import { checkTemplates } from "../prompts/check-templates.ts";
import { checkAgents } from "../profiles/check-agents.ts";
import type { Services } from "../services.ts";

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
  const { state } = services;
  const known = (await state.tasks.list(job.id)).map(({ spec }) => spec);
  const { added } = addTasks(job.id, known, requests);
  checkGates(job.options, added);
  checkPrices(services, job.options, added);
  await checkTemplates(services, job.baseCommit, added);
  await checkAgents(services, { commit: job.baseCommit, settings: job.options }, added);
  await checkContextFiles(services.repo, await jobTip(services.repo, job.id), { known, added });
  return state.tasks.add(job.id, (current) => addTasks(job.id, current, requests));
}

const notYetPlanned = ({ id, status }: Job): TuttiError =>
  new TuttiError("INPUT_INVALID", `Job ${id} is ${status}: tasks can be added when its plan is accepted`, {
    hint: `Accept its plan first: tutti resume ${id} --yes`,
    context: { job: id },
  });

/** A name that no gate has would leave a task without proof. @throws {TuttiError} `PLAN_INVALID` */
export function checkGates({ gates }: Pick<JobSettings, "gates">, tasks: readonly PlanTask[]): void {
  const known = gates.map(({ name }) => name);
  for (const [index, task] of tasks.entries()) {
    const unknown = task.gates?.find((name) => !known.includes(name));
    if (unknown === undefined) continue;
    const place = `tasks[${index}].gates`;
    throw new TuttiError("PLAN_INVALID", `${place} names "${unknown}", which is not a configured gate`, {
      hint: known.length === 0 ? "The project has no gates: leave it out" : `The project's gates: ${known.join(", ")}`,
      context: { task: task.key, gate: unknown },
    });
  }
}

type Tasks = { readonly known: readonly TaskSpec[]; readonly added: readonly TaskSpec[] };

/**
 * A file to read first must be in the repository, or be promised by another task.
 * @throws {TuttiError} `INPUT_INVALID`
 */
export async function checkContextFiles(repo: Repository, at: CommitId, { known, added }: Tasks): Promise<void> {
  const promised = new Set([...known, ...added].flatMap(({ expectedOutputs }) => expectedOutputs));
  const readers = new Map(added.flatMap(({ key, contextFiles }) => contextFiles.map((path) => [path, key] as const)));
  for (const [path, task] of readers) {
    if (promised.has(path) || (await existsAt(repo, at, path))) continue;
    throw new TuttiError(
      "INPUT_INVALID",
      `contextFiles of task ${task} names "${path}", which is not in the repository`,
      {
        hint: "Commit it first, correct the path, or let another task of the job list it under expectedOutputs",
        context: { task, path },
      },
    );
  }
}
