import type { AttemptId, JobId, TaskId } from "../ids.ts";
import type { PromptAccount } from "./prompt-part.ts";

/** A prompt as it was sent, redacted. */
export type SentPrompt = {
  /** Key of the conversation. */
  readonly conversation: string;
  /** Of the conversation, numbered from 1. */
  readonly turn: number;
  readonly jobId: JobId;
  readonly taskId: TaskId | undefined;
  readonly attemptId: AttemptId | undefined;
  readonly role: string;
  /** `worker`, `retry`, `continuation`, … */
  readonly kind: string;
  readonly text: string;
  readonly template: { readonly name: string; readonly from: "built-in" | "project" };
  readonly account: PromptAccount;
  readonly rewriting: PromptRewriting | undefined;
  readonly at: number;
};

/** How the supervisor wrote a prompt anew, or why it did not. */
export type PromptRewriting =
  | { readonly isUsed: true; readonly by: string; readonly original: string }
  | { readonly isUsed: false; readonly reason: string };

/** What the supervisor made of a task's instructions: its own words, or why there are none. */
export type TaskRewrite =
  | { readonly isUsed: true; readonly by: string; readonly text: string }
  | { readonly isUsed: false; readonly by: string; readonly reason: string };
