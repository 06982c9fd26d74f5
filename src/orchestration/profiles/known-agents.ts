import { profileSet } from "../../domain/agent/profile-set.ts";
import type { JobSettings } from "../../domain/settings.ts";
import type { Repository } from "../../workspace/index.ts";
import { readTemplates } from "../prompts/read-templates.ts";
import { readProfiles } from "./read-profiles.ts";

const templatePrefix = "worker-";

/**
 * Every name that a task's `agent` may have in a project as it is committed: its profiles, and its templates for workers.
 * @throws {TuttiError} `TEMPLATE_INVALID`, `GIT_FAILED`
 */
export async function knownAgents(
  repo: Repository,
  { agents }: Pick<JobSettings, "agents">,
): Promise<readonly string[]> {
  const { profiles } = profileSet(await readProfiles(repo, repo.head), agents);
  const templates = (await readTemplates(repo, repo.head)).flatMap(({ name }) =>
    name.startsWith(templatePrefix) ? [name.slice(templatePrefix.length)] : [],
  );
  return [...profiles.map(({ name }) => name), ...templates];
}
