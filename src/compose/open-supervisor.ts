import type { Config } from "../config/config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { TuttiError } from "../domain/errors.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Spender } from "../orchestration/spending.ts";
import { supervisorBudgetObjection } from "../orchestration/supervisor-budget.ts";
import type { TuttiPlugin } from "../supervision/plugin/plugin.ts";
import { SupervisorModel } from "../supervision/supervisor-model.ts";
import { findLlm } from "./find-llm.ts";

export type OpenSupervisor = {
  readonly loaded: Pick<LoadedConfig, "config" | "projectDir">;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly plugins: readonly TuttiPlugin[];
  readonly spender: Spender;
  readonly redact: (text: string) => string;
  readonly redactJson: { (value: JsonObject): JsonObject; (value: Json): Json };
};

/**
 * The supervisor that the settings name; its client library is loaded with the first question.
 * @returns `undefined` for kind `none`
 * @throws {TuttiError} `CONFIG_INVALID`
 */
export function openSupervisor({
  loaded,
  env,
  plugins,
  spender,
  ...rest
}: OpenSupervisor): SupervisorModel | undefined {
  const { config, projectDir } = loaded;
  const found = findLlm({ settings: config.supervisor, agent: config.agent, projectDir, env, plugins });
  if (found === undefined) return noSupervisor(config);
  const { supervisor, quality } = config;
  if (quality.review === "required" && !supervisor.purposes.includes("review")) throw neverAsked();
  const { name, model, open } = found;
  const isFree = supervisor.price === undefined ? isLocal(supervisor) : supervisor.price === "free";
  return new SupervisorModel({
    ...rest,
    random: Math.random,
    name,
    settings: { ...supervisor, model, isFree },
    openLlm: open,
    state: spender.state,
    now: spender.now,
    budgetObjection: async (about) => (isFree ? undefined : supervisorBudgetObjection(spender, model, about)),
  });
}

/** Every task would wait for a person: nobody means that. */
function noSupervisor({ quality }: Config): undefined {
  if (quality.review !== "required") return undefined;
  throw new TuttiError("CONFIG_INVALID", "quality.review: `required`, and nobody reviews: supervisor.kind is `none`", {
    hint: "Name a model, for example supervisor: { kind: claude-code, model: haiku }, or leave quality.review at true",
  });
}

const neverAsked = (): TuttiError =>
  new TuttiError("CONFIG_INVALID", "quality.review: `required`, and supervisor.purposes leaves `review` out", {
    hint: "Add review to supervisor.purposes, or leave quality.review at true",
  });

/** Ollama also passes questions on to models that run elsewhere. */
const isLocal = ({ kind, model = "" }: Config["supervisor"]): boolean =>
  kind === "node-llama-cpp" || (kind === "ollama" && !/[:-]cloud$/.test(model));
