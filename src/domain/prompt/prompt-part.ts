/** A piece of a prompt's context that is kept, shortened or dropped as one. */
export type PromptPart = {
  /** Unique in the prompt: `plan`, `dependencies/model`, `attempts/2`. */
  readonly name: string;
  readonly text: string;
  /** `required` is never cut; of the others the larger ones are kept first. */
  readonly priority: number | "required";
  /** Why it is shorter than what is known, where it was cut before. */
  readonly cutBefore?: string;
};

export type PartStatus = "kept" | "shortened" | "dropped";

/** What became of a part. */
export type PartAccount = {
  readonly name: string;
  readonly priority: number | "required";
  readonly status: PartStatus;
  /** In the prompt; 0 when dropped. */
  readonly tokens: number;
  /** Before it was shortened or dropped. */
  readonly fullTokens: number;
  /** Why it is not whole. */
  readonly reason?: string;
};

/**
 * What a prompt is made of and why. Tokens are estimates: only the model's server knows the count.
 */
export type PromptAccount = {
  /** Of the whole prompt. */
  readonly tokens: number;
  readonly maxTokens: number;
  /** `size`: four bytes a token, where the prompt is far below its budget. `o200k`: counted with that vocabulary. */
  readonly counter: TokenCounter["name"];
  readonly parts: readonly PartAccount[];
  /** The required parts and the template alone need more than the budget; nothing else was kept. */
  readonly isOverBudget: boolean;
};

/** A way to estimate tokens. */
export type TokenCounter = { readonly name: "size" | "o200k"; readonly count: (text: string) => number };
