import type { Transaction } from "kysely";

import type { EventData, EventType } from "../domain/events.ts";
import type { StateTables } from "./schema.ts";

export type Tx = Transaction<StateTables>;

/** Where an event belongs. */
export type Subject = { readonly jobId?: string; readonly taskId?: string; readonly attemptId?: string };

/** Writes one fact in the transaction that makes it true. */
export async function appendEvent<Type extends EventType>(
  tx: Tx,
  event: { readonly at: number; readonly type: Type; readonly subject: Subject; readonly data: EventData[Type] },
): Promise<void> {
  await tx
    .insertInto("events")
    .values({
      at: event.at,
      type: event.type,
      job_id: event.subject.jobId ?? null,
      task_id: event.subject.taskId ?? null,
      attempt_id: event.subject.attemptId ?? null,
      data: JSON.stringify(event.data),
    })
    .execute();
}
