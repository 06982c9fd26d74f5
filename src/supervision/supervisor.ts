import type { Json, JsonObject } from "../domain/json.ts";
import type { AttemptId, JobId, TaskId } from "../domain/ids.ts";
import type { AnswerOrigin, SupervisorPurpose } from "../domain/supervisor/interaction.ts";

export type { SupervisorPurpose } from "../domain/supervisor/interaction.ts";

export type SupervisorQuestion = {
  readonly purpose: SupervisorPurpose;
  readonly about: { readonly jobId: JobId; readonly taskId?: TaskId; readonly attemptId?: AttemptId };
  readonly system?: string;
  readonly prompt: string;
  /** JSON Schema of the answer; absent = free text. */
  readonly schema?: JsonObject;
  readonly signal: AbortSignal;
};

export type SupervisorAnswer =
  | { readonly status: "answered"; readonly text: string; readonly value?: Json; readonly from: AnswerOrigin }
  /** Nobody judged. `reason` is one line for a person. */
  | { readonly status: "unavailable"; readonly reason: string };

/**
 * The (local) model that scores, rewrites and questions. It never decides: rules come first, its answers are facts among others, and
 * who gets none goes on by rules alone and says so. Never throws for what the model or its server did.
 */
export interface Supervisor {
  /** For reports: `ollama/qwen3:32b`. */
  readonly name: string;
  /** Room for a question, its system prompt and its schema included, in tokens as the adapter estimates them. */
  readonly promptTokens: number;
  /** Every question and answer is recorded, redacted. */
  ask(question: SupervisorQuestion): Promise<SupervisorAnswer>;
}
