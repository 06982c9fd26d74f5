import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import type { Config } from "../config/config.ts";
import { supervisorKinds } from "../config/schema/supervisor.ts";
import { TuttiError } from "../domain/errors.ts";
import { didYouMean } from "../domain/plan/did-you-mean.ts";
import type { LlamaModule } from "../llms/node-llama-cpp/llama-module.ts";
import type { LlmAdapter } from "../llms/port.ts";
import type { TuttiPlugin } from "../supervision/plugin/plugin.ts";
import { createRedactor } from "../telemetry/redact.ts";

type Settings = Config["supervisor"];

export type WantedLlm = {
  readonly settings: Settings;
  /** Whose program kind `claude-code` asks. Absent: the one that comes with Tutti. */
  readonly agent?: Pick<Config["agent"], "executablePath">;
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
  const { kind, model, effort } = wanted.settings;
  if (effort !== undefined && kind !== "claude-code") {
    throw new TuttiError("CONFIG_INVALID", `supervisor.effort: kind "${kind}" has no effort, only claude-code has`, {
      hint: "Leave supervisor.effort out",
    });
  }
  if (kind === "none") return undefined;
  const open = openerOf(wanted);
  if (model === undefined) {
    throw new TuttiError("CONFIG_INVALID", `supervisor.model: kind "${kind}" needs the name of a model`, {
      hint: `Set it, for example supervisor: ${kind === "claude-code" ? claudeExample : '{ kind: ollama, model: "qwen3:8b" }'}`,
    });
  }
  return { name: `${kind}/${model}`, model, open: () => open({ ...wanted, model }) };
}

const claudeExample = "{ kind: claude-code, model: haiku }";

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

/** The library of each is loaded when it is used. */
const openers: Readonly<Record<string, Opener>> = {
  ollama: async ({ settings, model, env }) => {
    const { ollama } = await import("../llms/ollama/ollama.ts");
    const { contextTokens, keepAlive, baseUrl = env["OLLAMA_HOST"] } = settings;
    return ollama({
      model,
      contextTokens,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...keyIn(env, settings.apiKeyEnv),
      ...(keepAlive === undefined ? {} : { keepAlive }),
    });
  },
  openai: async ({ settings, model, env }) => {
    const { openAiCompatible } = await import("../llms/openai-compatible/openai-compatible.ts");
    const { baseUrl = env["OPENAI_BASE_URL"] } = settings;
    const { apiKey } = openAiKey(settings, env);
    return openAiCompatible({
      model,
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(apiKey === undefined ? {} : { apiKey }),
    });
  },
  anthropic: async ({ settings, model, env }) => {
    const { apiKey } = anthropicKey(settings, env);
    const { anthropic } = await import("../llms/anthropic/anthropic.ts");
    const { baseUrl = env["ANTHROPIC_BASE_URL"] } = settings;
    return anthropic({ model, apiKey, ...(baseUrl === undefined ? {} : { baseUrl }) });
  },
  "claude-code": async ({ settings: { effort }, model, agent: { executablePath } = {}, env }) => {
    const [{ claudeCode }, { claudeCodeLlm }] = await Promise.all([
      import("../agents/claude-code/claude-code.ts"),
      import("../llms/claude-code/claude-code-llm.ts"),
    ]);
    const agent = claudeCode({
      ...askedOnce,
      environment: env,
      ...(executablePath === undefined ? {} : { executablePath }),
    });
    const { redact } = createRedactor(env);
    return claudeCodeLlm({ agent, model, redact, ...(effort === undefined ? {} : { effort }) });
  },
  "node-llama-cpp": async ({ settings, model, projectDir }) => {
    const { nodeLlamaCpp } = await import("../llms/node-llama-cpp/node-llama-cpp.ts");
    const { contextTokens } = settings;
    return nodeLlamaCpp({
      modelPath: resolve(projectDir, model),
      contextTokens,
      load: () => loadLlama(projectDir),
    });
  },
};

/** Nobody's settings count, and a refusal comes back at once: who asks knows when to ask again. */
const askedOnce = {
  isModelOnly: true,
  settingSources: [],
  maxRetries: 1,
  maxRetryWaitMs: 0,
  interruptGraceMs: 500,
} as const;

/** OpenAI's own key goes to no other server unless the settings say so. */
function openAiKey({ apiKeyEnv, baseUrl }: Settings, env: WantedLlm["env"]): { readonly apiKey?: string } {
  const usual = baseUrl === undefined ? "OPENAI_API_KEY" : undefined;
  return keyIn(env, apiKeyEnv ?? usual);
}

/** The same: what a repository's settings name as a server is not Anthropic. A program on this machine may have it. */
function anthropicKey({ apiKeyEnv, baseUrl }: Settings, env: WantedLlm["env"]): { readonly apiKey: string } {
  if (apiKeyEnv === undefined && baseUrl !== undefined && !isLoopback(baseUrl)) {
    throw new TuttiError(
      "LLM_UNAVAILABLE",
      "supervisor.baseUrl names another server, and nothing says which key it gets",
      {
        hint: "Set supervisor.apiKeyEnv to the name of the variable that holds the key of that server",
      },
    );
  }
  const { apiKey = "" } = keyIn(env, apiKeyEnv ?? "ANTHROPIC_API_KEY");
  return { apiKey };
}

const isLoopback = (url: string): boolean =>
  URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);

/**
 * A key by the name of its variable.
 * @throws {TuttiError} `LLM_UNAVAILABLE` when the variable is named and empty
 */
function keyIn(env: WantedLlm["env"], name: string | undefined): { readonly apiKey?: string } {
  if (name === undefined) return {};
  const apiKey = env[name];
  if (apiKey !== undefined && apiKey !== "") return { apiKey };
  throw new TuttiError("LLM_UNAVAILABLE", `the environment variable ${name} has no key`, {
    hint: `Set ${name}, or name another variable in supervisor.apiKeyEnv`,
    context: { variable: name },
  });
}

/** An optional peer: the project's own, else the one that is installed beside Tutti. */
async function loadLlama(projectDir: string): Promise<LlamaModule> {
  const places = [join(projectDir, "package.json"), import.meta.url];
  const found = places.map((place) => resolved(place)).find((path) => path !== undefined);
  if (found === undefined) throw new Error("node-llama-cpp is not installed");
  const exported: unknown = await import(pathToFileURL(found).href);
  if (isLlama(exported)) return exported;
  throw new Error(`${found} is not node-llama-cpp`);
}

const isLlama = (exported: unknown): exported is LlamaModule =>
  typeof exported === "object" && exported !== null && "getLlama" in exported && "LlamaChatSession" in exported;

function resolved(from: string): string | undefined {
  try {
    return createRequire(from).resolve("node-llama-cpp");
  } catch {
    return undefined;
  }
}
