import { z } from "zod";

import { supervisorPurposes } from "../../domain/supervisor/interaction.ts";
import { durationMs, filledText } from "./scalars.ts";

/** What comes with Tutti; any other name is a plugin's. */
export const supervisorKinds = ["none", "ollama", "openai", "anthropic", "claude-code", "node-llama-cpp"] as const;

const supervisorEfforts = ["low", "medium", "high"] as const;

export const supervisorSchema = z.strictObject({
  kind: filledText()
    .default("none")
    .meta({ examples: [...supervisorKinds] })
    .describe(
      "Who answers: `none` (rules alone), `ollama`, `openai` (any server that speaks its API: llama.cpp, vLLM, LM Studio), `anthropic`, `claude-code` (a model of the Claude Code that is here, without tools), `node-llama-cpp` (a model in Tutti's own processes), or the name of a plugin's model server.",
    ),
  model: filledText()
    .meta({ examples: ["qwen3:8b"] })
    .describe("The model as its server calls it; for `claude-code` an alias such as `haiku` or a full name, for `node-llama-cpp` a GGUF file, relative to the project. Needed unless kind is `none`.")
    .exactOptional(),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .meta({ examples: ["http://127.0.0.1:11434"] })
    .describe("Where the server is. Default: `OLLAMA_HOST`, `OPENAI_BASE_URL` or `ANTHROPIC_BASE_URL`, else the usual place.")
    .exactOptional(),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .meta({ examples: ["MY_GATEWAY_KEY"] })
    .describe("The environment variable that holds the key; never the key. Default: `ANTHROPIC_API_KEY`, or `OPENAI_API_KEY` where `baseUrl` names no other server.")
    .exactOptional(),
  timeoutMs: durationMs().default(120_000).describe("Longest time for one question, its retries included."),
  maxRetries: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe("How often a question is asked again when the server does not answer or the answer is of no use."),
  temperature: z.number().min(0).max(2).meta({ examples: [0.2] }).describe("How much chance is in the answers; Anthropic's API and `claude-code` have no such setting. Default: the server's own.").exactOptional(),
  effort: z.enum(supervisorEfforts).meta({ examples: ["medium"] }).describe("How hard the model thinks before it answers, which takes time and counts as output; only for `claude-code`. Default: `low`.").exactOptional(),
  maxOutputTokens: z.int().positive().default(2048).describe("Longest answer. One that is cut there is asked for once more with twice the room, where `contextTokens` has it."),
  contextTokens: z
    .int()
    .min(512)
    .default(16_384)
    .describe("Room for prompt and answer together. A longer prompt is not sent; Ollama and `node-llama-cpp` set aside memory for it."),
  keepAlive: z
    .string()
    .regex(/^(-?\d+|(\d+(\.\d+)?(ms|s|m|h))+)$/)
    .meta({ examples: ["10m"] })
    .describe("How long Ollama keeps the model in memory after an answer: `10m`, `0`, or `-1` for ever. Default: its own.")
    .exactOptional(),
  cache: z
    .enum(["when-down", "always", "never"])
    .default("when-down")
    .describe("When an answer that was given to an equal question is used again: while the model can't be asked, always, or never."),
  purposes: z
    .array(z.enum(supervisorPurposes))
    .default([...supervisorPurposes])
    .describe("What it may be asked for; for anything else rules alone decide."),
  price: z
    .enum(["free", "listed"])
    .describe(
      "What its answers cost: nothing, or what `budget.prices` and the published prices say. Default: `free` for `ollama` and `node-llama-cpp`, else `listed`.",
    )
    .exactOptional(),
});
