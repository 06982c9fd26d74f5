import type { Reply } from "../answer-request.ts";
import type { LlmRequest } from "../port.ts";
import type { LlamaEngine, LlamaModule, LlamaSequence } from "./llama-module.ts";

export type LoadOptions = {
  readonly modelPath: string;
  readonly contextTokens: number;
  readonly threads: number;
  readonly gpu: "auto" | false;
};

type Parts = { readonly library: LlamaModule; readonly engine: LlamaEngine; readonly sequence: LlamaSequence };

/** A model in memory with room for one conversation: who comes second waits. */
export class LoadedModel {
  readonly #parts: Parts;
  readonly #modelPath: string;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(parts: Parts, modelPath: string) {
    this.#parts = parts;
    this.#modelPath = modelPath;
  }

  static async load(
    library: LlamaModule,
    { modelPath, contextTokens, threads, gpu }: LoadOptions,
  ): Promise<LoadedModel> {
    const engine = await library.getLlama({ gpu, build: "never", logLevel: "error", progressLogs: false });
    const model = await engine.loadModel({ modelPath });
    const context = await model.createContext({ contextSize: contextTokens, threads });
    return new LoadedModel({ library, engine, sequence: context.getSequence() }, modelPath);
  }

  ask(request: LlmRequest, signal: AbortSignal): Promise<Reply> {
    const turn = this.#last.then(() => this.#answer(request, signal));
    this.#last = turn.catch(() => undefined);
    return abortable(turn, signal);
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#parts.engine.dispose();
  }

  async #answer(request: LlmRequest, signal: AbortSignal): Promise<Reply> {
    signal.throwIfAborted();
    const { library, engine, sequence } = this.#parts;
    const { prompt, system, schema, maxOutputTokens, temperature, onText } = request;
    const grammar = schema === undefined ? undefined : await engine.createGrammarForJsonSchema(schema);
    await sequence.clearHistory();
    const before = sequence.tokenMeter.getState();
    const session = new library.LlamaChatSession({
      contextSequence: sequence,
      ...(system === undefined ? {} : { systemPrompt: system }),
    });
    try {
      const { responseText, stopReason } = await session.promptWithMeta(prompt, {
        maxTokens: maxOutputTokens,
        signal,
        ...(grammar === undefined ? {} : { grammar }),
        ...(temperature === undefined ? {} : { temperature }),
        ...(onText === undefined ? {} : { onTextChunk: onText }),
      });
      const after = sequence.tokenMeter.getState();
      const usage = {
        inputTokens: after.usedInputTokens - before.usedInputTokens,
        outputTokens: after.usedOutputTokens - before.usedOutputTokens,
      };
      return { text: responseText, usage, model: this.#modelPath, isCut: stopReason === "maxTokens" };
    } finally {
      session.dispose();
    }
  }
}

/** The library looks at its signal between two tokens only: who asked is told at once. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", abort));
}
