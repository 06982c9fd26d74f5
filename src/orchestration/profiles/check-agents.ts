import { findProfile, nearProfile, profileSet, type ProfileSet } from "../../domain/agent/profile-set.ts";
import { brokenPromise } from "../../domain/agent/task-access.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { CommitId } from "../../domain/ids.ts";
import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import type { JobSettings } from "../../domain/settings.ts";
import type { TemplateSet } from "../../supervision/prompts/template-set.ts";
import type { Services } from "../services.ts";
import { readProfiles } from "./read-profiles.ts";

type Place = { readonly commit: CommitId; readonly settings: Pick<JobSettings, "agents"> };

/**
 * What tasks say of their agents is checked before anything is started.
 * @throws {TuttiError} `PLAN_INVALID` for a name that no profile has, or a promise that its agent can't keep; `CONFIG_INVALID` for a
 *   profile that can't be used
 */
export async function checkAgents(
  services: Pick<Services, "repo" | "prompts">,
  { commit, settings }: Place,
  tasks: readonly PlanTask[],
): Promise<void> {
  const isNamed = tasks.some(({ agent, subagents }) => agent !== undefined || subagents !== undefined);
  const hasOwn = Object.keys(settings.agents ?? {}).length > 0;
  const hasPromise = tasks.some((task) => brokenPromise(task, undefined) !== undefined);
  if (!isNamed && !hasOwn && !hasPromise) return;
  const set = profileSet(await readProfiles(services.repo, commit), settings.agents);
  const unusable = set.problems.find(({ file }) => file === "settings");
  if (unusable !== undefined) throw unusableProfile(unusable.message);
  const templates = await services.prompts.templatesAt(commit);
  for (const [index, task] of tasks.entries()) {
    const problem = problemOf({ set, templates }, task, `tasks[${index}]`);
    if (problem !== undefined) throw problem;
  }
}

type Known = { readonly set: ProfileSet; readonly templates: TemplateSet };

function problemOf({ set, templates }: Known, task: PlanTask, place: string): TuttiError | undefined {
  const { agent, subagents = [] } = task;
  // Such a name chooses the task's prompt template.
  const isTemplate = agent !== undefined && templates.hasVariant(agent);
  const names = [
    ...(agent === undefined || isTemplate ? [] : [[`${place}.agent`, agent] as const]),
    ...subagents.map((name, at) => [`${place}.subagents[${at}]`, name] as const),
  ];
  const unknown = names.find(([, name]) => findProfile(set, name) === undefined);
  if (unknown !== undefined) return unknownAgent(set, unknown);
  const broken = brokenPromise(task, agent === undefined ? undefined : findProfile(set, agent));
  if (broken === undefined) return undefined;
  return new TuttiError("PLAN_INVALID", `${place}.expectedOutputs promises files, but ${broken}`, {
    hint: "Leave expectedOutputs out, or give the task an agent that may edit",
    context: { task: task.key },
  });
}

function unknownAgent(set: ProfileSet, [place, name]: readonly [string, string]): TuttiError {
  const unusable = set.problems.find((problem) => problem.name === name);
  if (unusable !== undefined) return unusableProfile(unusable.message);
  return new TuttiError("PLAN_INVALID", `${place} names "${name}", which is no agent profile`, {
    hint: nearProfile(set, name),
    context: { agent: name },
  });
}

/** @param message - with its file, line and field */
export const unusableProfile = (message: string): TuttiError =>
  new TuttiError("CONFIG_INVALID", message, { hint: "Correct it, and see all profiles with tutti agents" });
