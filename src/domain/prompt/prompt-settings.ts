/** How the prompts of a job are made. */
export type PromptSettings = {
  /** Of one prompt, estimated. What is required goes in also beyond it. */
  readonly maxTokens: number;
  /** Whether the supervisor model may write a task's instructions anew. */
  readonly rewrite: boolean;
  /** `learn`: prompts see the project notes, and the supervisor model may change them. `read`: prompts see them. */
  readonly notes: "off" | "read" | "learn";
};

/** Also what holds for a job that an older version made. */
export const defaultPromptSettings: PromptSettings = { maxTokens: 24_000, rewrite: false, notes: "learn" };

export const promptSettings = ({ prompts }: { readonly prompts?: PromptSettings }): PromptSettings =>
  prompts ?? defaultPromptSettings;
