import type { Config } from "../config/config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import type { Diagnosis } from "../config/doctor/judge.ts";
import { TuttiError } from "../domain/errors.ts";
import type { LlmAdapter, LlmAnswer, LlmHealth } from "../llms/port.ts";
import { createRedactor } from "../telemetry/redact.ts";
import { withSupervisorKey } from "./supervisor-key.ts";
import { findLlm } from "./find-llm.ts";
import { loadPlugins } from "./load-plugins.ts";

export type TrialPlace = {
  readonly loaded: Pick<LoadedConfig, "config" | "projectDir">;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export type TrialQuestion = {
  readonly prompt: string;
  readonly onText?: (piece: string) => void;
  readonly signal: AbortSignal;
};

/** The model that the settings name, for a person who tries it: nothing is recorded, and no job pays for it. */
export type SupervisorTrial = {
  /** `ollama/qwen3:8b` */
  readonly name: string;
  readonly check: (signal: AbortSignal) => Promise<LlmHealth>;
  /** @throws {TuttiError} `LLM_UNAVAILABLE` */
  readonly models: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly ask: (question: TrialQuestion) => Promise<LlmAnswer>;
  readonly close: () => Promise<void>;
};

/**
 * @returns `undefined` for kind `none`
 * @throws {TuttiError} `CONFIG_INVALID`, `PLUGIN_INVALID`, `LLM_UNAVAILABLE`
 */
export async function supervisorTrial({ loaded, env }: TrialPlace): Promise<SupervisorTrial | undefined> {
  const { config, projectDir } = loaded;
  const { supervisor: settings } = config;
  if (settings.kind === "none") return undefined;
  const plugins = await loadPlugins(config.plugins, projectDir);
  const found = findLlm({ settings, agent: config.agent, projectDir, env, plugins });
  const { redact } = createRedactor(withSupervisorKey(env, config));
  return found && trialOf(await found.open(), { name: found.name, model: found.model, settings, redact });
}

type Trying = {
  readonly name: string;
  readonly model: string;
  readonly settings: Config["supervisor"];
  readonly redact: (text: string) => string;
};

function trialOf(llm: LlmAdapter, { name, model, settings, redact }: Trying): SupervisorTrial {
  const { maxOutputTokens, timeoutMs, temperature } = settings;
  return {
    name,
    check: (signal) => llm.doCheckHealth(signal),
    models: (signal) => llm.doListModels(signal),
    ask: ({ prompt, onText, signal }) =>
      llm.doGenerate({
        model,
        prompt: redact(prompt),
        maxOutputTokens,
        timeoutMs,
        signal,
        ...(temperature === undefined ? {} : { temperature }),
        ...(onText === undefined ? {} : { onText }),
      }),
    close: () => llm.doClose(),
  };
}

const checkTimeoutMs = 10_000;

/** For `tutti doctor`: empty without a supervisor. A job can do without one, so that its absence is a warning. */
export async function diagnoseSupervisor(
  config: Config,
  place: Omit<TrialPlace, "loaded"> & { readonly projectDir: string },
): Promise<readonly Diagnosis[]> {
  const name = "supervisor";
  try {
    const trial = await supervisorTrial({ loaded: { config, projectDir: place.projectDir }, env: place.env });
    if (trial === undefined) return [];
    const health = await trial.check(AbortSignal.timeout(checkTimeoutMs));
    await trial.close();
    if (health.isHealthy) return [{ name, status: "ok", detail: `${trial.name}: ${health.detail}` }];
    const fix = `${health.fix.replace(/\.$/, "")}. Until then rules alone decide.`;
    return [{ name, status: "warning", detail: health.detail, fix }];
  } catch (thrown) {
    const { code, message, hint = "Correct the section supervisor of the settings." } = TuttiError.from(thrown);
    return [{ name, status: code === "LLM_UNAVAILABLE" ? "warning" : "failed", detail: message, fix: hint }];
  }
}
