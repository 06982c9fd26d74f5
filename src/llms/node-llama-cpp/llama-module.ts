/** The part of `node-llama-cpp` 3 that is used here: the package is an optional peer and its types may not be there. */
export type LlamaModule = {
  getLlama(options: {
    readonly gpu: "auto" | false;
    /** Never compiles anything on the person's machine. */
    readonly build: "never";
    readonly logLevel: "error";
    readonly progressLogs: false;
  }): Promise<LlamaEngine>;
  readonly LlamaChatSession: new (options: {
    readonly contextSequence: LlamaSequence;
    readonly systemPrompt?: string;
  }) => LlamaSession;
};

export type LlamaEngine = {
  loadModel(options: { readonly modelPath: string; readonly loadSignal?: AbortSignal }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: unknown): Promise<LlamaGrammar>;
  dispose(): Promise<void>;
};

export type LlamaModel = {
  createContext(options: { readonly contextSize: number; readonly threads: number }): Promise<LlamaContext>;
  tokenize(text: string): readonly unknown[];
};

export type LlamaContext = { getSequence(): LlamaSequence };

export type LlamaSequence = {
  readonly tokenMeter: { getState(): { readonly usedInputTokens: number; readonly usedOutputTokens: number } };
  clearHistory(): Promise<void>;
};

/** Only handed on. */
export type LlamaGrammar = object;

export type LlamaSession = {
  promptWithMeta(
    prompt: string,
    options: {
      readonly maxTokens: number;
      readonly signal: AbortSignal;
      readonly grammar?: LlamaGrammar;
      readonly temperature?: number;
      readonly onTextChunk?: (text: string) => void;
    },
  ): Promise<{ readonly responseText: string; readonly stopReason: string }>;
  dispose(): void;
};
