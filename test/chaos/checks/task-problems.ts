import type { ChaosJob } from "../world/chaos-job.ts";
import { idsOfTask } from "../world/chaos-workflow.ts";
import type { StateFile } from "../world/state-file.ts";

/** Every task that was taken in ended exactly once, by an attempt of its own, and nothing of the engine is left open. */
export function taskProblems({ plan, state }: ChaosJob): readonly string[] {
  const jobs = state.rows("SELECT id, status FROM jobs");
  const [job] = jobs;
  const counted = jobs.length === 1 ? [] : [`${jobs.length} jobs instead of one`];
  const ended = job?.["status"] === "completed" ? [] : [`the job is ${String(job?.["status"])}`];
  const ends = plan.tasks.flatMap(({ key }) => {
    const ids = idsOfTask({ plan, state }, key);
    const isOne = ids.length === 1 ? [] : [`${key} is ${ids.length} tasks: ${ids.join(", ")}`];
    return [...isOne, ...ids.flatMap((id) => endProblems(state, id))];
  });
  return [...counted, ...ended, ...ends, ...bodyProblems(state), ...leftOpen(state)];
}

/** A body ends once, and the last one with a result. */
function bodyProblems(state: StateFile): readonly string[] {
  const bodies = state.rows("SELECT number, status FROM workflow_runs ORDER BY number");
  const last = bodies.at(-1);
  const ends = state.rows("SELECT json_extract(data, '$.number') AS number FROM events WHERE type = 'workflow-ended'");
  const told = new Set(ends.map(({ number }) => number));
  return [
    ...(last === undefined || last["status"] === "completed" ? [] : [`the workflow is ${String(last["status"])}`]),
    ...(told.size === ends.length ? [] : ["a body of the workflow ended twice"]),
  ];
}

function endProblems(state: StateFile, taskId: string): readonly string[] {
  const completions = state.rows(
    `SELECT seq FROM events WHERE task_id = '${taskId}' AND type = 'task-status-changed'
       AND json_extract(data, '$.to') = 'completed'`,
  );
  const accepted = state.rows(
    `SELECT id FROM attempts WHERE task_id = '${taskId}' AND status = 'accepted' AND id =
       (SELECT accepted_attempt FROM tasks WHERE id = '${taskId}')`,
  );
  return [
    ...(completions.length === 1 ? [] : [`${taskId} was completed ${completions.length} times`]),
    ...(accepted.length === 1 ? [] : [`${taskId} has ${accepted.length} accepted attempts`]),
  ];
}

/** What may be left only while somebody is at work. */
const openThings = {
  "run of the engine": "SELECT run_id AS id FROM engine_runs WHERE status NOT IN ('completed', 'failed', 'cancelled')",
  "live worker": "SELECT id FROM workers WHERE status = 'live'",
  "held slot": "SELECT id FROM slots WHERE worker_id IS NOT NULL",
  "unfinished attempt": "SELECT id FROM attempts WHERE status = 'running'",
  "unsettled reservation": "SELECT session_key AS id FROM reservations WHERE settled_at IS NULL",
  "step under an old claim": `SELECT later.run_id || ' ' || later.name AS id
     FROM engine_steps AS later JOIN engine_steps AS earlier
       ON earlier.run_id = later.run_id AND earlier.scope = later.scope AND earlier.position < later.position
     WHERE earlier.token > later.token`,
};

const leftOpen = (state: StateFile): readonly string[] =>
  Object.entries(openThings).flatMap(([what, sql]) => state.rows(sql).map(({ id }) => `${what}: ${String(id)}`));
