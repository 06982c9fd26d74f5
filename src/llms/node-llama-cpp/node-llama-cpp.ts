import { open, readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";

import { TuttiError } from "../../domain/errors.ts";
import { answerRequest, type Reply } from "../answer-request.ts";
import { estimateTokens } from "../estimate-tokens.ts";
import type { LlmAdapter, LlmFailure, LlmHealth } from "../port.ts";
import type { LlamaModule } from "./llama-module.ts";
import { LoadedModel, type LoadOptions } from "./loaded-model.ts";

export type NodeLlamaCppOptions = {
  /** Absolute path of a GGUF file. */
  readonly modelPath: string;
  /** Room for prompt and answer together. */
  readonly contextTokens: number;
  /** The package, wherever it is. */
  readonly load: () => Promise<LlamaModule>;
  /** Default: half of the machine's, because agents work beside. */
  readonly threads?: number;
  /** Default: `auto`, a graphics card where there is one. */
  readonly gpu?: "auto" | false;
};

const installHint = "Install it in the project: npm install --save-dev node-llama-cpp";

/** A model in this process, by llama.cpp. It is loaded with the first question, and questions are answered one after another. */
export function nodeLlamaCpp(options: NodeLlamaCppOptions): LlmAdapter {
  const { modelPath, contextTokens, gpu = "auto" } = options;
  const { threads = Math.max(1, Math.floor(availableParallelism() / 2)) } = options;
  let loaded: Promise<LoadedModel> | undefined;
  const model = async (): Promise<LoadedModel> => {
    loaded ??= loadAll(options, { contextTokens, threads, gpu });
    try {
      return await loaded;
    } catch (error) {
      loaded = undefined;
      throw error;
    }
  };
  return {
    specVersion: 1,
    id: "node-llama-cpp",
    estimateTokens,
    doGenerate: (request) =>
      answerRequest({
        request,
        ask: async (signal): Promise<Reply> => (await model()).ask(request, signal),
        explain: failureOf,
      }),
    doCheckHealth: async () => {
      const problem = await fileProblem(modelPath);
      if (problem !== undefined) return problem;
      try {
        await options.load();
        return { isHealthy: true, detail: modelPath };
      } catch {
        return { isHealthy: false, detail: "the package node-llama-cpp is not installed", fix: installHint };
      }
    },
    doListModels: () => ggufFiles(dirname(modelPath)),
    doClose: async () => {
      const closing = loaded;
      loaded = undefined;
      await (await closing?.catch(() => undefined))?.close();
    },
  };
}

/** What can be said better than the library does. */
class NotReady extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = "NotReady";
    this.hint = hint;
  }
}

async function loadAll(
  { load, modelPath }: NodeLlamaCppOptions,
  settings: Omit<LoadOptions, "modelPath">,
): Promise<LoadedModel> {
  const problem = await fileProblem(modelPath);
  if (problem !== undefined) throw new NotReady(problem.detail, problem.fix);
  const library = await load().catch(() => {
    throw new NotReady("the package node-llama-cpp is not installed", installHint);
  });
  return LoadedModel.load(library, { modelPath, ...settings });
}

function failureOf(thrown: unknown): LlmFailure {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof NotReady) return { kind: "refused", message, hint: thrown.hint };
  return { kind: "unavailable", message: `node-llama-cpp: ${message}` };
}

type Unhealthy = Extract<LlmHealth, { isHealthy: false }>;

/** A model file begins with these letters; anything else makes the library fail late and at length. */
async function fileProblem(modelPath: string): Promise<Unhealthy | undefined> {
  const fix = "Set supervisor.model to a model file in the format GGUF";
  try {
    await using file = await open(modelPath);
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    if (buffer.toString("latin1") === "GGUF") return undefined;
    return { isHealthy: false, detail: `${modelPath} is no GGUF file`, fix };
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const others = isMissing ? await ggufFiles(dirname(modelPath)).catch(() => []) : [];
    const there = others.length === 0 ? "" : `; beside it there are ${others.map((file) => basename(file)).join(", ")}`;
    const detail = isMissing
      ? `there is no model ${modelPath}${there}`
      : `${modelPath} can't be read: ${String(error)}`;
    return { isHealthy: false, detail, fix };
  }
}

async function ggufFiles(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith(".gguf")).map((name) => join(folder, name));
  } catch (error) {
    throw new TuttiError("LLM_UNAVAILABLE", `The folder of the model can't be read: ${folder}`, { cause: error });
  }
}
