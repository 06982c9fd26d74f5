import { z } from "zod";

import { defaultPromptSettings } from "../../domain/prompt/prompt-settings.ts";

const { maxTokens, rewrite, notes } = defaultPromptSettings;

export const promptsSchema = z.strictObject({
  maxTokens: z
    .int()
    .min(1_000)
    .max(1_000_000)
    .default(maxTokens)
    .describe("Most tokens of one prompt, estimated. What matters less is shortened or left out; what a task needs never is."),
  rewrite: z
    .boolean()
    .default(rewrite)
    .describe("Have the supervisor model write a task's instructions anew before its agent gets them."),
  notes: z
    .enum(["off", "read", "learn"])
    .default(notes)
    .describe("Project notes: not in prompts, in prompts, or in prompts and kept by the supervisor model, too."),
});
