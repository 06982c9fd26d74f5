import type { AttemptId, JobId, TaskId } from "./ids.ts";
import type { JsonObject } from "./json.ts";

/**
 * `answer`: of an agent; its prompts are kept with their templates. `verdict`: what was found of an attempt's work. `decision`: what became of it.
 */
const historyKinds = ["answer", "verdict", "decision"] as const;
export type HistoryKind = (typeof historyKinds)[number];

/** All that a history tells: `question` and `reply` are of the supervisor model. */
export const saidKinds = ["prompt", "answer", "question", "reply", "verdict", "decision"] as const;
export type SaidKind = (typeof saidKinds)[number];

/** Who says it; `tutti`: its own verdicts and decisions. */
export const saidRoles = ["manager", "worker", "resolver", "reviewer", "synthesizer", "supervisor", "tutti"] as const;

/** One thing that was said about work, redacted. `seq` grows with the order in which things were said. */
export type HistoryEntry = {
  readonly seq: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly jobId: JobId;
  readonly taskId?: TaskId;
  readonly attemptId?: AttemptId;
  readonly kind: HistoryKind;
  /** Of the agent, such as `worker`; or `tutti` for its own verdicts and decisions. */
  readonly role: string;
  readonly model?: string;
  /** Key of the conversation. */
  readonly conversation?: string;
  /** 1 for the first turn of a conversation. */
  readonly turn?: number;
  /** Cut in its middle where it was very long. */
  readonly text: string;
  readonly data?: JsonObject;
};

/** Longer texts lose their middle: beginnings say what was asked, ends what came of it. */
const maxCharacters = 64 * 1024;

export function capText(text: string): string {
  if (text.length <= maxCharacters) return text;
  const half = maxCharacters / 2;
  const left = text.length - maxCharacters;
  return `${text.slice(0, half)}\n[… ${left} characters are not kept …]\n${text.slice(-half)}`;
}
