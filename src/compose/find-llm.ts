import type { Config } from "../config/config.ts";
import { supervisorKinds } from "../config/schema/supervisor.ts";
import { TuttiError } from "../domain/errors.ts";
import { didYouMean } from "../domain/plan/did-you-mean.ts";
import type { LlmAdapter } from "../llms/port.ts";
import type { TuttiPlugin } from "../supervision/plugin/plugin.ts";

type Settings = Config["supervisor"];

export type WantedLlm = {
  readonly settings: Settings;
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly plugins: readonly TuttiPlugin[];
};

export type FoundLlm = {
  /** `ollama/qwen3:8b` */
  readonly name: string;
  readonly model: string;
  readonly open: () => Promise<LlmAdapter>;
};

/**
 * The language model that the settings name.
 * @returns `undefined` for kind `none`
 * @throws {TuttiError} `CONFIG_INVALID`
 */
export function findLlm(wanted: WantedLlm): FoundLlm | undefined {
  const { kind, model } = wanted.settings;
  if (kind === "none") return undefined;
  const open = openerOf(wanted);
  if (model === undefined) {
    throw new TuttiError("CONFIG_INVALID", `supervisor.model: kind "${kind}" needs the name of a model`, {
      hint: 'Set it, for example supervisor: { kind: ollama, model: "qwen3:8b" }',
    });
  }
  return { name: `${kind}/${model}`, model, open: () => open({ ...wanted, model }) };
}

type Named = WantedLlm & { readonly model: string };
type Opener = (wanted: Named) => Promise<LlmAdapter>;

function openerOf({ settings: { kind }, plugins }: WantedLlm): Opener {
  const own = openers[kind];
  if (own !== undefined) return own;
  for (const { llms } of plugins) {
    const make = llms?.[kind];
    if (make !== undefined) return ({ settings }) => Promise.resolve(make(settings));
  }
  const known = [...supervisorKinds, ...plugins.flatMap(({ llms }) => Object.keys(llms ?? {}))];
  const meant = didYouMean(kind, known);
  throw new TuttiError("CONFIG_INVALID", `supervisor.kind: there is no "${kind}"`, {
    hint: meant === undefined ? `Choose one of ${known.join(", ")}` : `Did you mean ${meant}?`,
  });
}

const openers: Readonly<Record<string, Opener>> = {
  ollama: async ({ settings, model, env }) => {
    const { ollama } = await import("../llms/ollama/ollama.ts");
    const { contextTokens, keepAlive } = settings;
    const baseUrl = settings.baseUrl ?? env["OLLAMA_HOST"];
    const apiKey = keyOf({ settings, env });
    return ollama({
      model,
      contextTokens,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(keepAlive === undefined ? {} : { keepAlive }),
    });
  },
};

/** @param usual - the variable that holds the key where the settings name none */
const keyOf = ({ settings, env }: Pick<WantedLlm, "settings" | "env">, usual?: string): string | undefined => {
  const name = settings.apiKeyEnv ?? usual;
  return name === undefined ? undefined : env[name];
};
