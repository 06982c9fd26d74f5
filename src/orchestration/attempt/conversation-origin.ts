import { taskIdOf, type AttemptId, type SessionId } from "../../domain/ids.ts";
import type { Attempt, ConversationOrigin, Task } from "../../domain/model.ts";
import type { BegunAttempt, TaskLease } from "../../state/attempts/begin-attempt.ts";
import type { JobDesk } from "../desk.ts";

/** A conversation that an attempt's own can begin as a fork of. */
export type ForkableConversation = {
  readonly of: ConversationOrigin["of"];
  readonly attempt: AttemptId;
  readonly sessionId: SessionId;
};

export type WantedOrigin =
  | { readonly kind: "none" }
  | { readonly kind: "fork"; readonly from: ForkableConversation }
  /** There should be one, and there is none. */
  | { readonly kind: "missed"; readonly origin: ConversationOrigin };

/**
 * Which conversation an attempt's own goes on from. Only a first attempt does so: a later one goes on with its own, or begins anew
 * because something was wrong with it.
 */
export async function wantedOrigin(desk: JobDesk, task: Task, begun: BegunAttempt): Promise<WantedOrigin> {
  const { origin } = await desk.services.state.attempts.get(begun.id);
  if (origin?.of === "checkpoint") return ofCheckpoint(desk, origin);
  if (begun.number > 1) return { kind: "none" };
  const { parent, continuesParent, batch } = task.spec;
  if (continuesParent === true && parent !== undefined) return ofParent(desk, await parentOf(desk, task, parent));
  return batch === undefined ? { kind: "none" } : ofBatch(desk, task, { batch, model: begun.model });
}

/** It goes on with what a rollback has gone back to. */
async function ofCheckpoint(desk: JobDesk, { attempt }: ConversationOrigin): Promise<WantedOrigin> {
  if (attempt === undefined) return { kind: "none" };
  return forkable(desk, "checkpoint", await desk.services.state.attempts.get(attempt));
}

const parentOf = (desk: JobDesk, { jobId }: Task, key: string): Promise<Task> =>
  desk.services.state.tasks.get(taskIdOf(jobId, key));

async function ofParent(desk: JobDesk, parent: Task): Promise<WantedOrigin> {
  const { acceptedAttempt } = parent;
  if (acceptedAttempt === undefined) return missed("parent", undefined, "its parent has no accepted attempt");
  return forkable(desk, "parent", await desk.services.state.attempts.get(acceptedAttempt));
}

/** The first task of a batch has nobody to go on from, and nothing is missed. */
async function ofBatch(
  desk: JobDesk,
  { jobId }: Task,
  { batch, model }: { readonly batch: string; readonly model: string | undefined },
): Promise<WantedOrigin> {
  const { attempts } = desk.services.state;
  const attempt = model === undefined ? undefined : await attempts.lastOfBatch(jobId, { batch, model });
  return attempt === undefined ? { kind: "none" } : forkable(desk, "batch", attempt);
}

async function forkable(desk: JobDesk, relation: ConversationOrigin["of"], attempt: Attempt): Promise<WantedOrigin> {
  if (attempt.outcome?.replayOf !== undefined)
    return missed(relation, attempt.id, "its work was replayed from the cache");
  const conversation = await desk.services.state.sessions.find(attempt.conversation);
  const sessionId = conversation?.sessionId;
  if (sessionId === undefined) return missed(relation, attempt.id, "its conversation is not known any more");
  return { kind: "fork", from: { of: relation, attempt: attempt.id, sessionId } };
}

const missed = (of: ConversationOrigin["of"], attempt: AttemptId | undefined, reason: string): WantedOrigin => ({
  kind: "missed",
  origin: { of, isForked: false, reason, ...(attempt === undefined ? {} : { attempt }) },
});

/** Says it once: an attempt that goes on after a death has said it before. */
export async function noteOrigin(
  desk: JobDesk,
  { lease, begun }: { readonly lease: TaskLease; readonly begun: BegunAttempt },
  origin: ConversationOrigin,
): Promise<void> {
  const { attempts } = desk.services.state;
  const known = (await attempts.get(begun.id)).origin;
  if (known?.isForked === origin.isForked && known.reason === origin.reason) return;
  await attempts.noteOrigin(lease, begun.id, origin);
}
