import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import { z } from "zod";

import { canonicalJson } from "../../src/domain/cache/canonical-json.ts";
import type { Json } from "../../src/domain/json.ts";
import type { Supervisor, SupervisorQuestion } from "../../src/supervision/supervisor.ts";

/** What a model has said to the very questions that a review asks, so that it can be asked again without the model. */
export type Recording = {
  /** As its server calls it. */
  readonly model: string;
  /** By the question's key. */
  readonly answers: Record<string, Json>;
};

const recordingSchema = z.strictObject({ model: z.string(), answers: z.record(z.string(), z.json()) });

export const recordingPath = new URL("reviews.json", import.meta.url);

export const readRecording = async (): Promise<Recording> =>
  recordingSchema.parse(JSON.parse(await readFile(recordingPath, "utf8")));

/** Another word in the question, the rubric or the form of the answer makes another question of it. */
export const keyOf = ({ system, prompt, schema }: SupervisorQuestion): string =>
  createHash("sha256")
    .update(canonicalJson({ system: system ?? "", prompt, schema: schema ?? null }))
    .digest("hex")
    .slice(0, 20);

export type ReplayedReviews = {
  readonly supervisor: Supervisor;
  readonly asked: readonly SupervisorQuestion[];
  /** To which nothing is recorded. */
  readonly unknown: readonly SupervisorQuestion[];
};

/** What the settings' defaults leave a prompt. */
const promptTokens = 16_384 - 2_048;

export function replayReviews({ model, answers }: Recording): ReplayedReviews {
  const asked: SupervisorQuestion[] = [];
  const unknown: SupervisorQuestion[] = [];
  const supervisor: Supervisor = {
    name: model,
    promptTokens,
    ask: (question) => {
      asked.push(question);
      const value = answers[keyOf(question)];
      if (value !== undefined)
        return Promise.resolve({ status: "answered", text: JSON.stringify(value), value, from: "model" });
      unknown.push(question);
      return Promise.resolve({ status: "unavailable", reason: "no answer to this question is recorded" });
    },
  };
  return { supervisor, asked, unknown };
}
