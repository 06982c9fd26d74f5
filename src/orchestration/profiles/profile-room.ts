import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { profileFolder, type AgentProfile, type AgentsSettings } from "../../domain/agent/agent-profile.ts";
import { findProfile, nearProfile, profileSet, type ProfileSet } from "../../domain/agent/profile-set.ts";
import { TuttiError } from "../../domain/errors.ts";
import { readFilesAt } from "../../workspace/index.ts";
import type { Services } from "../services.ts";
import { unusableProfile } from "./check-agents.ts";
import { readProfiles } from "./read-profiles.ts";

export type ProfileReport = ProfileSet & {
  /** Agent files that are not as the checked-out commit has them: a job would use that commit's. */
  readonly uncommitted: readonly string[];
};

/** What faces may ask for about agent profiles: those that a job would have that is made now. */
export class ProfileRoom {
  readonly #services: Pick<Services, "repo">;

  constructor(services: Pick<Services, "repo">) {
    this.#services = services;
  }

  async list(settings: AgentsSettings): Promise<ProfileReport> {
    const { repo } = this.#services;
    const set = profileSet(await readProfiles(repo, repo.head), settings);
    return { ...set, uncommitted: await this.#uncommitted() };
  }

  /** @throws {TuttiError} `INPUT_INVALID` for a name that no profile has, `CONFIG_INVALID` for one that can't be used */
  async show(settings: AgentsSettings, name: string): Promise<AgentProfile> {
    const { repo } = this.#services;
    const set = profileSet(await readProfiles(repo, repo.head), settings);
    const profile = findProfile(set, name);
    if (profile !== undefined) return profile;
    const unusable = set.problems.find((problem) => problem.name === name);
    if (unusable !== undefined) throw unusableProfile(unusable.message);
    throw new TuttiError("INPUT_INVALID", `There is no agent profile "${name}"`, { hint: nearProfile(set, name) });
  }

  async #uncommitted(): Promise<readonly string[]> {
    const { repo } = this.#services;
    const committed = new Map(
      (await readFilesAt(repo, repo.head, profileFolder)).map(({ path, text }) => [path, text]),
    );
    const here = new Map(await filesIn(repo.root));
    const paths = [...new Set([...committed.keys(), ...here.keys()])].filter((path) => path.endsWith(".md"));
    return paths.filter((path) => committed.get(path) !== here.get(path)).toSorted();
  }
}

async function filesIn(root: string): Promise<readonly (readonly [string, string])[]> {
  const folder = join(root, profileFolder);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw error;
  });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path) => {
      const inner = path.slice(folder.length + 1).replaceAll("\\", "/");
      return [`${profileFolder}/${inner}`, await readFile(path, "utf8")] as const;
    }),
  );
}
