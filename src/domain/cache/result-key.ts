import type { AgentProfile } from "../agent/agent-profile.ts";
import { defaultDeniedReads } from "../agent/denied-reads.ts";
import { builtInProfiles } from "../agent/built-in-profiles.ts";
import type { Json, JsonObject } from "../json.ts";
import { modelLadder } from "../decide/model-of-attempt.ts";
import type { PlanTask } from "../plan/plan-schema.ts";
import type { GateSpec, JobSettings } from "../settings.ts";
import { canonicalJson } from "./canonical-json.ts";

/** Grows when the meaning of a key changes: older keys are then never met again. */
const keyFormat = 1;

/** What a result key is made of, by the word that a person is told when it has changed. */
export const ingredientNames = ["task", "prompt", "files", "agent", "model", "gates", "base", "dependencies"] as const;

export type IngredientName = (typeof ingredientNames)[number];
export type Ingredients = Readonly<Record<IngredientName, Json>>;
/** One digest for each ingredient: enough for the key, and to say later which of them has changed. */
export type IngredientDigests = Readonly<Record<IngredientName, string>>;

/** A plan's task; a schema for its answer counts where there is one. */
export type KeyedTask = PlanTask & { readonly resultSchema?: JsonObject };

export type ResultFacts = {
  readonly spec: KeyedTask;
  readonly settings: Pick<JobSettings, "agent" | "agents" | "models" | "escalate" | "efforts" | "gates">;
  /** Object name of the tree of the job's base commit. */
  readonly baseTree: string;
  /** Result keys of the tasks that it depends on, in any order. */
  readonly dependencyKeys: readonly string[];
};

/**
 * Everything that decides what an agent is asked to do, and nothing else: title, priority, place in the plan, the wording of
 * the goal and the limits of time and cost are not in it. What context files hold is: they lie in the base tree.
 */
export function resultIngredients({ spec, settings, baseTree, dependencyKeys }: ResultFacts): Ingredients {
  return {
    task: spec.key,
    prompt: {
      prompt: spec.prompt,
      acceptance: spec.acceptance,
      resultSchema: spec.resultSchema,
      parent: spec.parent,
      continuesParent: spec.continuesParent === true ? true : undefined,
      template: spec.template,
    },
    files: {
      contextFiles: spec.contextFiles,
      expectedOutputs: spec.expectedOutputs.toSorted(),
      footprint: spec.footprint?.toSorted(),
    },
    agent: { profile: spec.agent, ...profileFacts(spec, settings), ...agentFacts(settings.agent) },
    model: {
      ...modelFacts(modelLadder(spec, settings, ownProfile(settings, spec.agent))),
      effort: settings.efforts.worker,
    },
    gates: gateFacts(settings.gates, spec.gates),
    base: baseTree,
    dependencies: dependencyKeys.toSorted(),
  };
}

/** Which rung it came to is no ingredient: a result is asked for before anybody knows. */
const modelFacts = ([model, ...stronger]: readonly string[]): JsonObject =>
  stronger.length === 0 ? { model: model ?? "" } : { model: model ?? "", stronger };

/** A profile in a file of the project lies in the base tree; the others are told here. */
function profileFacts({ agent, access, subagents }: KeyedTask, settings: ResultFacts["settings"]): JsonObject {
  const names = [...(agent === undefined ? [] : [agent]), ...(subagents ?? [])];
  const told = names.flatMap((name): readonly JsonObject[] => {
    const profile = ownProfile(settings, name);
    return profile === undefined ? [] : [{ ...profile, name }];
  });
  return {
    ...(told.length === 0 ? {} : { profiles: told }),
    ...(access === undefined ? {} : { access }),
    ...(subagents === undefined ? {} : { subagents: subagents.toSorted() }),
  };
}

/** Of the settings, over what Tutti brings. */
function ownProfile({ agents }: ResultFacts["settings"], name: string | undefined): OwnProfile | undefined {
  const known = builtInProfiles.find((profile) => profile.name === name);
  const own = name === undefined ? undefined : agents?.[name];
  return known === undefined && own === undefined ? undefined : { ...known, ...own };
}

type OwnProfile = Partial<AgentProfile>;

/** Where the agent's program lies is not what it does. */
const agentFacts = ({ kind, allow, sandbox, settingSources, deniedReads }: JobSettings["agent"]): JsonObject => ({
  kind,
  allow: allow.toSorted(),
  sandbox,
  settingSources: settingSources.toSorted(),
  ...deniedFacts(deniedReads?.toSorted()),
});

/** Only what differs from the default: results of before there was such a setting are still met. */
const deniedFacts = (deniedReads: readonly string[] | undefined): JsonObject =>
  deniedReads === undefined || canonicalJson(deniedReads) === canonicalJson(defaultDeniedReads.toSorted())
    ? {}
    : { deniedReads };

const gateFacts = (gates: readonly GateSpec[], names: readonly string[] | undefined): readonly Json[] =>
  gates
    .filter(({ name }) => names === undefined || names.includes(name))
    .map(({ name, run, cwd, on }) => ({ name, run, cwd, on: on.toSorted() }));

/** @param hash - of a text; the same for every key of a store */
export function ingredientDigests(ingredients: Ingredients, hash: (text: string) => string): IngredientDigests {
  const digest = (name: IngredientName): string => hash(canonicalJson(ingredients[name]));
  return {
    task: digest("task"),
    prompt: digest("prompt"),
    files: digest("files"),
    agent: digest("agent"),
    model: digest("model"),
    gates: digest("gates"),
    base: digest("base"),
    dependencies: digest("dependencies"),
  };
}

/**
 * The key of a result: a digest of digests (Merkle, "A digital signature based on a conventional encryption function", 1987),
 * so that a change anywhere below a task changes its key.
 */
export const resultKey = (digests: IngredientDigests, hash: (text: string) => string): string =>
  hash(canonicalJson({ format: keyFormat, ...digests }));

/** Which ingredients differ, in their usual order. An ingredient that an older record doesn't have has changed. */
export const changedIngredients = (
  before: Readonly<Record<string, string>>,
  after: IngredientDigests,
): readonly IngredientName[] => ingredientNames.filter((name) => before[name] !== after[name]);
