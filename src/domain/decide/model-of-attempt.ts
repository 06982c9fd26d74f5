import type { AgentProfile } from "../agent/agent-profile.ts";
import type { PlanTask } from "../plan/plan-schema.ts";
import type { JobSettings } from "../settings.ts";

/**
 * The models that may work on a task, cheap ones first; never empty. What the task itself says goes first, then the model of its
 * agent's profile; one that is a rung of the project's ladder may still climb from there.
 */
export function modelLadder(
  spec: Pick<PlanTask, "escalate">,
  settings: Pick<JobSettings, "models" | "escalate">,
  profile?: Pick<AgentProfile, "model">,
): readonly string[] {
  const usual = settings.escalate ?? [settings.models.worker];
  if (spec.escalate !== undefined) return spec.escalate;
  if (profile?.model === undefined) return usual;
  const rung = usual.indexOf(profile.model);
  return rung === -1 ? [profile.model] : usual.slice(rung);
}

/** The model of a task's first attempt. */
export const firstModel = (
  spec: Pick<PlanTask, "escalate">,
  settings: Pick<JobSettings, "models" | "escalate">,
  profile?: Pick<AgentProfile, "model">,
): string => modelOfAttempt(modelLadder(spec, settings, profile), []);

/** What became of an earlier attempt, as far as it says something about its model. */
export type ModelVerdict =
  /** Its work was there and was not good enough: by its validation or by a gate, alone or merged. */
  | "not-good-enough"
  /** Network, quota, a death, a time limit, a conflict with other work, a replayed result: nothing about the model. */
  | "says-nothing";

/**
 * The model of a task's next attempt: one rung up the ladder for each attempt before it whose work was not good enough. On the last
 * rung it stays.
 * @param ladder - cheap ones first, not empty
 * @param earlier - of every attempt before it, in any order
 */
export function modelOfAttempt(ladder: readonly string[], earlier: readonly ModelVerdict[]): string {
  const climbed = earlier.filter((verdict) => verdict === "not-good-enough").length;
  const model = ladder[Math.min(climbed, ladder.length - 1)];
  if (model === undefined) throw new RangeError("a ladder of models without a model");
  return model;
}
