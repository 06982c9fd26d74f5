import type { SqlStore } from "../../engine/embedded/sql-store.ts";
import type { Quiet } from "./virtual-time.ts";

/** Whether all runs that are left do nothing but wait, and until when. */
export async function lookAtRuns(store: SqlStore, isParked: (runId: string) => boolean): Promise<Quiet> {
  const rows = await store.inspect((session) =>
    session.all("SELECT run_id, status, due_at FROM engine_runs WHERE status IN ('queued', 'running', 'waiting')"),
  );
  const left = rows.filter((row) => !isParked(String(row["run_id"])));
  if (left.length === 0 || left.some((row) => row["status"] !== "waiting")) return { isQuiet: false };
  const dues = left.flatMap((row) => (typeof row["due_at"] === "number" ? row["due_at"] : []));
  return dues.length === 0 ? { isQuiet: true } : { isQuiet: true, dueAt: Math.min(...dues) };
}
