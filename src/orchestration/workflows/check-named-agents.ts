import { findProfile, nearProfile, profileSet } from "../../domain/agent/profile-set.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { JobSettings } from "../../domain/settings.ts";
import type { NamedAgent } from "../../workflow/source.ts";
import { readProfiles } from "../profiles/read-profiles.ts";
import type { Services } from "../services.ts";

/**
 * A workflow that says beforehand which agents it calls is not started for one that nobody has.
 * @throws {TuttiError} `WORKFLOW_INVALID` naming file, line and profile
 */
export async function checkNamedAgents(
  { repo, prompts }: Pick<Services, "repo" | "prompts">,
  { agents }: Pick<JobSettings, "agents">,
  named: readonly NamedAgent[],
): Promise<void> {
  if (named.length === 0) return;
  const set = profileSet(await readProfiles(repo, repo.head), agents);
  const templates = await prompts.templatesAt(repo.head);
  const unknown = named.find(({ name }) => findProfile(set, name) === undefined && !templates.hasVariant(name));
  if (unknown === undefined) return;
  const { name, where } = unknown;
  const unusable = set.problems.find((problem) => problem.name === name);
  const what = unusable === undefined ? `names "${name}", which is no agent profile` : unusable.message;
  throw new TuttiError("WORKFLOW_INVALID", `${where}: ${what}`, {
    hint: nearProfile(set, name),
    context: { agent: name, where },
  });
}
