import type { DecisionMeans, Mean } from "../../domain/decide/attempt-evidence.ts";
import type { StoredDecision } from "../../domain/decide/stored-decision.ts";
import { jobOfTask, taskIdOf, type TaskId } from "../../domain/ids.ts";
import type { Task } from "../../domain/model.ts";
import { decisionSettings } from "./decision-evidence.ts";
import type { AttemptStep, JobDesk } from "../desk.ts";
import { needing } from "./take-place.ts";

/** Who could be asked about an attempt, before anybody knows whether that is needed. */
export async function meansFor(desk: JobDesk, { lease }: AttemptStep): Promise<DecisionMeans> {
  const { decisions, tasks } = desk.services.state;
  const { split: maySplit, replan: mayReplan } = decisionSettings(desk);
  const [ofTask, split, replanned] = await Promise.all([
    decisions.ofTask(lease.taskId),
    maySplit ? decisions.ofJob(desk.job.id, "split") : [],
    mayReplan ? decisions.ofJob(desk.job.id, "replan") : [],
  ]);
  const answered = ofTask.filter(({ decision }) => decision.action === "clarify").length;
  const all = maySplit || mayReplan ? await tasks.list(desk.job.id) : [];
  return {
    clarify: clarifyMean(desk, answered),
    split: maySplit ? splitMean(all, lease.taskId, split) : notThere("decisions.split is off"),
    replan: mayReplan ? replanMean(all, lease.taskId, replanned) : notThere("decisions.replan is off"),
  };
}

/** Once, and no part of a task that was split. */
function splitMean(tasks: readonly Task[], id: TaskId, split: readonly StoredDecision[]): Mean {
  if (split.some(({ taskId }) => taskId === id)) return notThere("it was split already");
  const whole = tasks.find((task) => task.id === id)?.spec.partOf;
  const isPart = whole !== undefined && split.some(({ taskId }) => taskId === taskIdOf(jobOfTask(id), whole));
  return isPart ? notThere("it is a part already, and parts are not split again") : { isThere: true };
}

function replanMean(tasks: readonly Task[], id: TaskId, replanned: readonly StoredDecision[]): Mean {
  if (replanned.length > 0) return notThere("the job was planned anew once already");
  return needing(tasks, id).length === 0 ? notThere("nothing that has not begun needs it") : { isThere: true };
}

const notThere = (why: string): Mean => ({ isThere: false, why });

function clarifyMean(desk: JobDesk, answered: number): Mean {
  const { maxClarifications } = decisionSettings(desk);
  if (desk.services.supervisor === undefined) return notThere("no supervisor model is configured");
  if (answered < maxClarifications) return { isThere: true };
  return notThere(
    `${answered} questions of this task were answered, and decisions.maxClarifications is ${maxClarifications}`,
  );
}
