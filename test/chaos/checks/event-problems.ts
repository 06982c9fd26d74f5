import type { Row, StateFile } from "../world/state-file.ts";

/** The log has no gaps, and tells of every job and task what its row says. */
export function eventProblems(state: StateFile): readonly string[] {
  const [log] = state.rows("SELECT count(*) AS count, min(seq) AS first, max(seq) AS last FROM events");
  const { count, first, last } = { count: Number(log?.["count"]), first: log?.["first"], last: Number(log?.["last"]) };
  const [workflow] = state.rows("SELECT 1 FROM jobs WHERE strategy = 'workflow'");
  const firstStatus = workflow === undefined ? "planning" : "running";
  const gaps = first === 1 && count === last ? [] : [`${count} events are numbered ${String(first)} to ${last}`];
  return [
    ...gaps,
    ...historyProblems(state, { table: "jobs", column: "job_id", type: "job-status-changed", first: firstStatus }),
    ...historyProblems(state, { table: "tasks", column: "task_id", type: "task-status-changed", first: "pending" }),
    ...attemptProblems(state),
  ];
}

type History = { readonly table: string; readonly column: string; readonly type: string; readonly first: string };

/** Each change starts where the one before ended, and the last one says what the row says. */
function historyProblems(state: StateFile, { table, column, type, first }: History): readonly string[] {
  return state.rows(`SELECT id, status FROM ${table}`).flatMap(({ id, status }) => {
    const changes = state.rows(
      `SELECT json_extract(data, '$.from') AS "from", json_extract(data, '$.to') AS "to" FROM events
       WHERE type = '${type}' AND ${column} = '${String(id)}' ORDER BY seq`,
    );
    const told = follow(changes, first);
    return told === status ? [] : [`${String(id)} is ${String(status)}, and by its events ${told}`];
  });
}

function follow(changes: readonly Row[], first: string): string {
  let at = first;
  for (const { from, to } of changes) {
    if (from !== at) return `${at}, then changed from ${String(from)}`;
    at = String(to);
  }
  return at;
}

/** Attempts are numbered from one without a hole, and each was told once. */
function attemptProblems(state: StateFile): readonly string[] {
  const stored = numbersByTask(state.rows("SELECT task_id, number FROM attempts ORDER BY task_id, number"));
  const told = numbersByTask(
    state.rows(
      `SELECT task_id, json_extract(data, '$.number') AS number FROM events WHERE type = 'attempt-started'
       ORDER BY task_id, number`,
    ),
  );
  return [...stored].flatMap(([task, numbers]) => {
    const expected = numbers.map((_, index) => index + 1).join();
    const isSound = numbers.join() === expected && told.get(task)?.join() === expected;
    return isSound ? [] : [`attempts of ${task}: ${numbers.join()}, by its events ${told.get(task)?.join() ?? "none"}`];
  });
}

const numbersByTask = (rows: readonly Row[]): ReadonlyMap<string, readonly number[]> =>
  new Map(
    [...Map.groupBy(rows, ({ task_id: task }) => String(task))].map(([task, own]) => [
      task,
      own.map(({ number }) => Number(number)),
    ]),
  );
