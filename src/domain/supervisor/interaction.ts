import type { ModelUsage } from "../budget/usage.ts";
import type { AttemptId, JobId, TaskId } from "../ids.ts";
import type { Json, JsonObject } from "../json.ts";

/** What the supervisor model is asked for; told apart in the history and in the settings. */
export const supervisorPurposes = ["review", "rewrite", "notes", "clarify", "stall"] as const;

export type SupervisorPurpose = (typeof supervisorPurposes)[number];

/** One question to a supervisor model and what came of it, redacted. Times are milliseconds since the Unix epoch. */
export type SupervisorInteraction = {
  readonly kind: "supervisor";
  /** Grows with time; a cursor. */
  readonly seq: number;
  readonly purpose: SupervisorPurpose;
  readonly jobId: JobId;
  readonly taskId: TaskId | undefined;
  readonly attemptId: AttemptId | undefined;
  /** `ollama/qwen3:8b` */
  readonly supervisor: string;
  readonly system: string | undefined;
  readonly prompt: string;
  readonly schema: JsonObject | undefined;
  readonly askedAt: number;
  /** `undefined`: it is being asked now, or the process that asked has ended. */
  readonly ending: InteractionEnding | undefined;
};

/**
 * `cache`: an equal question was answered before, and the model can't be asked now or need not be. `earlier`: this very question was, and
 * whoever had asked it was cut short before anything came of it.
 */
export type AnswerOrigin = "model" | "cache" | "earlier";

export type InteractionEnding = {
  readonly endedAt: number;
  /** How often the model was asked; 0 = not at all. */
  readonly tries: number;
  /** Of all tries; `undefined` when the model has used nothing. */
  readonly used: ModelUsage | undefined;
} & (
  | { readonly status: "answered"; readonly from: AnswerOrigin; readonly text: string; readonly value?: Json }
  | { readonly status: "failed"; readonly failure: string; readonly reason: string }
);
