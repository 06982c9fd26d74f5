import type { AgentLaunch } from "../../agents/port.ts";
import { modelLadder, modelOfAttempt, type ModelVerdict } from "../../domain/decide/model-of-attempt.ts";
import { startRung } from "../../domain/feedback/start-rung.ts";
import type { Attempt } from "../../domain/model.ts";
import type { JobSettings } from "../../domain/settings.ts";
import type { TaskLease } from "../../state/attempts/begin-attempt.ts";
import type { JobDesk } from "../desk.ts";
import { agentOfTask } from "../profiles/task-agent.ts";

/**
 * Which model a role's agent is started with.
 * @param chosen - goes before the setting
 */
export function roleModel(
  { models, efforts }: JobSettings,
  role: keyof JobSettings["models"],
  chosen?: string,
): Pick<AgentLaunch, "model" | "effort"> {
  const effort = efforts[role];
  return { model: chosen ?? models[role], ...(effort === undefined ? {} : { effort }) };
}

/** The model of a task's next attempt, from what became of those before it. */
export async function modelOfNext({ services, job }: JobDesk, { taskId }: TaskLease): Promise<string> {
  const { tasks, attempts } = services.state;
  const [{ spec }, begun] = await Promise.all([tasks.get(taskId), attempts.list(taskId)]);
  const earlier = begun.filter(({ isTakenBack }) => isTakenBack !== true);
  const { profile } = await agentOfTask({ services, job }, spec);
  const ladder = modelLadder(spec, job.options, profile);
  const start = await firstRung({ services, job }, ladder, earlier);
  return modelOfAttempt(ladder.slice(start), earlier.map(verdictOn));
}

/** By this project's outcomes, once for a task: its later attempts climb from there. */
async function firstRung(
  { services, job }: Pick<JobDesk, "services" | "job">,
  ladder: readonly string[],
  [first]: readonly Attempt[],
): Promise<number> {
  const settings = job.options.decisions;
  if (settings?.route !== true || ladder.length < 2) return 0;
  if (first !== undefined) return Math.max(0, ladder.indexOf(first.model ?? ""));
  return startRung(ladder, await services.state.feedback.entries(), settings);
}

function verdictOn({ status, outcome, decision }: Attempt): ModelVerdict {
  const isWork = outcome?.status === "finished" && outcome.replayOf === undefined;
  const isShort = status === "bounced" || (status === "rejected" && decision?.failureClass === "recoverable");
  return isWork && isShort ? "not-good-enough" : "says-nothing";
}
