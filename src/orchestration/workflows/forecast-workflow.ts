import { findProfile, profileSet } from "../../domain/agent/profile-set.ts";
import type { JobSettings } from "../../domain/settings.ts";
import { firstModel } from "../../domain/decide/model-of-attempt.ts";
import { taskPriorOf } from "../../domain/plan/task-prior.ts";
import { forecastWorkflow, type WorkflowForecast, type WorkflowWalk } from "../../domain/workflow/forecast.ts";
import { usualCall } from "../../domain/workflow/usual-call.ts";
import { readProfiles } from "../profiles/read-profiles.ts";
import type { Services } from "../services.ts";

/** What a workflow that was walked through will take: by what tasks of the same profiles took here, else by the models' priors. */
export async function forecastOf(
  { state, repo, now, projectBudget }: Services,
  walk: WorkflowWalk,
  settings: JobSettings,
): Promise<WorkflowForecast> {
  const profiles = profileSet(await readProfiles(repo, repo.head), settings.agents);
  const done = await state.doneTasks(repo.root);
  const at = now();
  return forecastWorkflow({
    walk,
    workers: settings.workers,
    usualOf: ({ profile, model }) => {
      const spec = model === undefined ? {} : { escalate: [model] };
      const prior = taskPriorOf(firstModel(spec, settings, findProfile(profiles, profile)), at, projectBudget.prices);
      return usualCall(profile, done, prior);
    },
  });
}
