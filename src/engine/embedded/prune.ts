import type { PrunedRuns } from "../port.ts";
import { numberOf, textOf } from "./columns.ts";
import type { SqlSession, SqlStore } from "./sql-store.ts";

export const nothingPruned: PrunedRuns = { runs: 0, records: 0, bytes: 0 };

const sumOf = (a: PrunedRuns, b: PrunedRuns): PrunedRuns => ({
  runs: a.runs + b.runs,
  records: a.records + b.records,
  bytes: a.bytes + b.bytes,
});

/** In one transaction: others who write wait for it. */
const runsAtOnce = 200;

type Pruning = { readonly of: string; readonly isDryRun: boolean };

/** A death leaves some runs whole and the others gone. */
export async function pruneRuns(store: SqlStore, { of: family, isDryRun }: Pruning): Promise<PrunedRuns> {
  // Those of now: one that begins and ends meanwhile under an id that became free is nobody's to remove.
  const ids = await store.inspect((session) => endedOf(session, family));
  let sum = nothingPruned;
  for (let from = 0; from < ids.length; from += runsAtOnce) {
    const some = JSON.stringify(ids.slice(from, from + runsAtOnce));
    const pruned = isDryRun
      ? await store.inspect((session) => weigh(session, some))
      : await store.transact((session) => remove(session, some));
    sum = sumOf(sum, pruned);
  }
  return sum;
}

const hasEnded = "status IN ('completed', 'failed', 'cancelled')";

/** In the order of the characters: `$` comes after `#`, and `0` after `/`. */
const endedSql = `
  SELECT run_id FROM engine_runs r
  WHERE (run_id >= ?1 || '#' AND run_id < ?1 || '$' OR run_id >= ?1 || '/' AND run_id < ?1 || '0') AND ${hasEnded}
  AND NOT EXISTS (SELECT 1 FROM engine_runs p WHERE p.run_id = r.parent_id AND NOT (p.${hasEnded}))
  ORDER BY seq`;

const endedOf = (session: SqlSession, family: string): readonly string[] =>
  session.all(endedSql, family).map((row) => textOf(row, "run_id"));

const bytesOf = (...columns: readonly string[]): string =>
  columns.map((column) => `coalesce(length(CAST(${column} AS BLOB)), 0)`).join(" + ");

const chosen = `SELECT run_id FROM engine_runs WHERE run_id IN (SELECT value FROM json_each(?1)) AND ${hasEnded}`;

const weighSql = `
  SELECT sum(runs) AS runs, sum(records) AS records, sum(bytes) AS bytes FROM (
    SELECT count(*) AS runs, 0 AS records, sum(${bytesOf("run_id", "input", "output", "error")}) AS bytes
      FROM engine_runs WHERE run_id IN (${chosen})
    UNION ALL SELECT 0, count(*), sum(${bytesOf("run_id", "scope", "name", "value")})
      FROM engine_steps WHERE run_id IN (${chosen})
    UNION ALL SELECT 0, count(*), sum(${bytesOf("run_id", "name", "key", "payload")})
      FROM engine_signals WHERE run_id IN (${chosen}))`;

function weigh(session: SqlSession, ids: string): PrunedRuns {
  const row = session.get(weighSql, ids);
  if (row === undefined) return nothingPruned;
  return { runs: numberOf(row, "runs"), records: numberOf(row, "records"), bytes: Number(row["bytes"] ?? 0) };
}

function remove(session: SqlSession, ids: string): PrunedRuns {
  const pruned = weigh(session, ids);
  for (const table of ["engine_signals", "engine_steps"]) {
    session.run(`DELETE FROM ${table} WHERE run_id IN (${chosen})`, ids);
  }
  session.run(`DELETE FROM engine_runs WHERE run_id IN (SELECT value FROM json_each(?1)) AND ${hasEnded}`, ids);
  return pruned;
}
