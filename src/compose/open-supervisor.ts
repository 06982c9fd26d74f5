import type { Config } from "../config/config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { TuttiError } from "../domain/errors.ts";
import type { FaultPoint } from "../domain/fault-points.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Spender } from "../orchestration/budget/spending.ts";
import { supervisorBudgetObjection } from "../orchestration/budget/supervisor-budget.ts";
import type { TuttiPlugin } from "../supervision/plugin/plugin.ts";
import { SupervisorModel } from "../supervision/supervisor-model.ts";
import { findLlm } from "./find-llm.ts";

export type OpenSupervisor = {
  readonly loaded: Pick<LoadedConfig, "config" | "projectDir">;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly plugins: readonly TuttiPlugin[];
  readonly spender: Spender;
  readonly fault: (point: FaultPoint) => void;
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
  checkReview(config);
  if (found === undefined) return undefined;
  const { supervisor } = config;
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

/** What is required and can't be had: every task would wait for a person, or nobody would notice. */
function checkReview(config: Config): void {
  const gap = config.quality.review === "required" ? gapOf(config) : undefined;
  if (gap === undefined) return;
  throw new TuttiError("CONFIG_INVALID", `quality.review: \`required\`, and ${gap.what}`, {
    hint: `${gap.fix}, or leave quality.review at true`,
  });
}

function gapOf({ quality, supervisor }: Config): { readonly what: string; readonly fix: string } | undefined {
  if (!quality.enabled) return { what: "quality.enabled is `false`", fix: "Let quality.enabled be true" };
  if (supervisor.kind === "none") {
    const fix = "Name a model, for example supervisor: { kind: claude-code, model: haiku }";
    return { what: "nobody reviews: supervisor.kind is `none`", fix };
  }
  if (supervisor.purposes.includes("review")) return undefined;
  return { what: "supervisor.purposes leaves `review` out", fix: "Add review to supervisor.purposes" };
}

/** Ollama also passes questions on to models that run elsewhere. */
const isLocal = ({ kind, model = "" }: Config["supervisor"]): boolean =>
  kind === "node-llama-cpp" || (kind === "ollama" && !/[:-]cloud$/.test(model));
