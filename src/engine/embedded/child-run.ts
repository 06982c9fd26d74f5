import { errorFromJson, type ErrorJson, type TuttiError } from "../../domain/errors.ts";
import { asRunId, type RunId } from "../../domain/ids.ts";
import type { CallRun } from "../port.ts";
import type { Claim } from "./claims.ts";
import { memberOf, textOf } from "./columns.ts";
import { cancelledError } from "./engine-errors.ts";
import { insertEntry, type Place } from "./journal.ts";
import { fromJsonText, toJsonText } from "./json-text.ts";
import { insertRun } from "./runs.ts";
import type { FencedCommand } from "./run-writer.ts";
import type { SqlSession } from "./sql-store.ts";

export function childIdOf(parentId: RunId, key: string): RunId {
  return asRunId(`${parentId}/${key}`);
}

/** Starts the child and records that it was called, both or neither. */
export function startChild(parent: Claim, place: Place, request: CallRun): FencedCommand<void> {
  const childId = childIdOf(parent.runId, request.key);
  const { workflow, queue = parent.queue, priority = parent.priority } = request;
  const inputText = toJsonText(request.input, `The input of ${childId}`);
  return (session, { cancelReason }) => {
    if (cancelReason !== undefined) throw cancelledError(parent.runId, cancelReason);
    insertRun(session, { runId: childId, parentId: parent.runId, workflow, queue, priority, inputText });
    insertEntry(session, parent, { ...place, state: "open", childId });
  };
}

export type ChildOutcome =
  | { readonly status: "completed"; readonly outputText: string }
  | { readonly status: "failed"; readonly error: TuttiError };

/** @returns nothing while the child is under way */
export function childOutcome(session: SqlSession, childId: RunId): ChildOutcome | undefined {
  const row = session.get("SELECT status, output, error FROM engine_runs WHERE run_id = ?", childId);
  if (row === undefined) return undefined;
  const status = memberOf(row, "status", ["queued", "running", "waiting", "completed", "failed", "cancelled"]);
  if (status === "completed") return { status, outputText: textOf(row, "output") };
  if (status !== "failed" && status !== "cancelled") return undefined;
  return { status: "failed", error: errorFromJson(fromJsonText<ErrorJson>(textOf(row, "error"))) };
}
