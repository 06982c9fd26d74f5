import { didYouMean } from "../plan/did-you-mean.ts";
import type { AgentProfile, AgentsSettings, ProfileSettings } from "./agent-profile.ts";
import { builtInProfiles } from "./built-in-profiles.ts";
import type { ParsedProfile, ProfileProblem } from "./parse-profile.ts";
import { accessOfTools } from "./tool-access.ts";

/** The profiles that a job may name, and what is wrong with others. */
export type ProfileSet = {
  /** By name, each once. */
  readonly profiles: readonly AgentProfile[];
  /** Of profiles that can't be used. */
  readonly problems: readonly ProfileProblem[];
  readonly warnings: readonly ProfileProblem[];
};

/** Settings go before the project's files, and these before what Tutti brings. Of two files with a name the first counts. */
export function profileSet(project: readonly ParsedProfile[], settings: AgentsSettings = {}): ProfileSet {
  const known = new Map(builtInProfiles.map((profile) => [profile.name, profile]));
  const problems = project.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  const warnings = project.flatMap((parsed) => parsed.warnings);
  for (const { profile } of project) {
    if (profile === undefined) continue;
    const other = known.get(profile.name);
    if (other?.origin === "project") warnings.push(takenName(profile, other));
    else known.set(profile.name, profile);
  }
  for (const [name, own] of Object.entries(settings)) {
    const profile = configured(name, own, known.get(name));
    if (profile === undefined) problems.push(withoutWords(name, own));
    else known.set(name, profile);
  }
  const profiles = [...known.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { profiles, problems, warnings };
}

function takenName({ name, file = "" }: AgentProfile, other: AgentProfile): ProfileProblem {
  return { name, file, message: `${file}:1: name is "${name}", as in ${other.file ?? "another file"}, which counts` };
}

function configured(name: string, own: ProfileSettings, under: AgentProfile | undefined): AgentProfile | undefined {
  const description = own.description ?? under?.description;
  const prompt = own.prompt ?? under?.prompt;
  if (description === undefined || prompt === undefined) return undefined;
  // A list of tools of its own says anew what the profile may do.
  const access = own.tools === undefined ? (under?.access ?? "edit") : accessOfTools(own.tools);
  return {
    access,
    ...under,
    ...(own.tools === undefined ? {} : { access }),
    ...own,
    name,
    description,
    prompt,
    origin: "config",
  };
}

const withoutWords = (name: string, { description }: ProfileSettings): ProfileProblem => ({
  name,
  file: "settings",
  message:
    `agents.${name}.${description === undefined ? "description" : "prompt"} is missing: ` +
    `neither Tutti nor a file in .claude/agents has an agent ${name} to change`,
});

export const findProfile = ({ profiles }: ProfileSet, name: string): AgentProfile | undefined =>
  profiles.find((profile) => profile.name === name);

/** What to do about a name that no usable profile has: a sentence or a question. */
export function nearProfile({ profiles }: ProfileSet, name: string): string {
  const names = profiles.map((profile) => profile.name);
  const near = didYouMean(name, names);
  return `${near === undefined ? "" : `Did you mean "${near}"? `}The profiles: ${names.join(", ")}`;
}
