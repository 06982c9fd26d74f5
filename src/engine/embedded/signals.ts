import type { RunId } from "../../domain/ids.ts";
import { numberOf, textOf } from "./columns.ts";
import { signalCondition, wake } from "./endings.ts";
import { runUnknownError } from "./engine-errors.ts";
import type { SqlSession } from "./sql-store.ts";

export type NewSignal = { readonly name: string; readonly key: string; readonly payloadText: string };

/** @throws {TuttiError} `ENGINE_RUN_UNKNOWN` */
export function storeSignal(session: SqlSession, runId: RunId, { name, key, payloadText }: NewSignal): void {
  if (session.get("SELECT 1 FROM engine_runs WHERE run_id = ?", runId) === undefined) throw runUnknownError(runId);
  const sql = "INSERT INTO engine_signals (run_id, name, key, payload) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
  if (session.run(sql, runId, name, key, payloadText) > 0) wake(session, runId, signalCondition(name));
}

/** Takes the oldest payload that no `receive` of the run has taken yet. @returns JSON text */
export function takeSignal(session: SqlSession, runId: RunId, name: string): string | undefined {
  const sql =
    "SELECT seq, payload FROM engine_signals WHERE run_id = ? AND name = ? AND is_taken = 0 ORDER BY seq LIMIT 1";
  const row = session.get(sql, runId, name);
  if (row === undefined) return undefined;
  session.run("UPDATE engine_signals SET is_taken = 1 WHERE seq = ?", numberOf(row, "seq"));
  return textOf(row, "payload");
}
