import { z } from "zod";

import type { JsonObject } from "../../domain/json.ts";
import { marked, materialRule } from "./material.ts";

export type StallFacts = {
  readonly title: string;
  readonly prompt: string;
  readonly attempts: number;
  readonly reasons: readonly string[];
  /** What the agent showed last, oldest first. */
  readonly shown: readonly string[];
  /** Its last words; empty when it said nothing. */
  readonly said: string;
};

const maxPrompt = 4_000;

/** Asks the supervisor model whether another try makes sense for an agent that stalled again and again. */
export const stallPrompt = ({ title, prompt, attempts, reasons, shown, said }: StallFacts): string =>
  [
    `A coding agent made no progress in ${attempts} attempts at a task, and each was stopped. Say whether one more attempt makes ` +
      "sense, and with what hint; or whether a person has to look. Be strict: without an idea what to do otherwise, a person has to look. " +
      materialRule,
    `## The task: ${title}\n${prompt.slice(0, maxPrompt)}`,
    `## Why it was stopped\n${marked(reasons.map((reason) => `- ${reason}`).join("\n"))}`,
    shown.length === 0 ? "" : `## What it did last\n${marked(shown.map((line) => `- ${line}`).join("\n"))}`,
    said === "" ? "" : `## Its last words\n${marked(said.slice(-maxPrompt))}`,
  ]
    .filter(Boolean)
    .join("\n\n");

const stallAnswerSchema = z.strictObject({
  action: z.enum(["retry", "ask"]),
  reason: z.string().min(1),
  hint: z.string(),
});

export const stallAnswerJsonSchema: JsonObject = {
  type: "object",
  properties: {
    action: {
      type: "string",
      enum: ["retry", "ask"],
      description: "retry: one more attempt. ask: a person has to look.",
    },
    reason: { type: "string", description: "One sentence." },
    hint: { type: "string", description: "For retry: what the agent has to do otherwise. Else empty." },
  },
  required: ["action", "reason", "hint"],
  additionalProperties: false,
};

export type StallAnswer = z.infer<typeof stallAnswerSchema>;

/** `undefined` when the model's answer is not of the form that was asked for, or has nothing to go by. */
export function readStallAnswer(value: unknown): StallAnswer | undefined {
  const { data } = stallAnswerSchema.safeParse(value);
  return data?.action === "retry" && data.hint.trim() === "" ? undefined : data;
}
