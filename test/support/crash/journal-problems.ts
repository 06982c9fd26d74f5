import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import type { ScratchProject } from "../scratch-project.ts";

/**
 * What is wrong with the journal of a job that is over: runs that have not completed, steps that failed, steps that were
 * recorded under an older claim than the one before them (which a fence must refuse).
 */
export async function journalProblems({ stateHome }: ScratchProject, jobId: string): Promise<readonly string[]> {
  const base = join(stateHome, "tutti");
  const [folder = ""] = await readdir(base);
  using database = new DatabaseSync(join(base, folder, "state.db"), { readOnly: true });
  const runs = database
    .prepare(
      "SELECT run_id || ': ' || status || ' ' || coalesce(error, '') AS problem FROM engine_runs WHERE status <> 'completed'",
    )
    .all();
  const failed = database
    .prepare(
      "SELECT run_id || ', step ' || name || ': ' || state || ' ' || coalesce(value, '') AS problem FROM engine_steps WHERE state <> 'done'",
    )
    .all();
  const unfenced = database
    .prepare(
      `SELECT later.run_id || ', step ' || later.name || ' was recorded under an old claim' AS problem
       FROM engine_steps AS later JOIN engine_steps AS earlier
         ON earlier.run_id = later.run_id AND earlier.scope = later.scope AND earlier.position < later.position
       WHERE earlier.token > later.token`,
    )
    .all();
  const drives = database.prepare("SELECT run_id FROM engine_runs WHERE run_id LIKE ? || '#%'").all(jobId).length;
  const problems = [...runs, ...failed, ...unfenced].map(({ problem }) => String(problem));
  return drives === 1 ? problems : [...problems, `the job was driven ${drives} times instead of one that went on`];
}
