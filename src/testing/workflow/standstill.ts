import type { SqlStore } from "../../engine/embedded/sql-store.ts";
import { StubProblem } from "./stubs.ts";

/** Why nothing will ever go on: whatever the runs wait for is neither due at a time nor sent by anyone. */
export async function standstillOf(store: SqlStore): Promise<StubProblem> {
  const rows = await store.inspect((session) =>
    session.all(
      `SELECT DISTINCT w.value AS wait FROM engine_runs, json_each(engine_runs.waits) w WHERE status = 'waiting'`,
    ),
  );
  const waits = rows.map((row) => String(row["wait"]).replace(/^signal:/, ""));
  const questions = waits.filter((wait) => wait.startsWith(approval)).map(questionOf);
  const signals = waits.filter((wait) => !wait.startsWith(approval));
  const what = [
    ...questions.map((question) => `an answer to "${question}"`),
    ...signals.map((name) => `the signal "${name}"`),
  ];
  const hints = [
    ...(questions.length === 0 ? [] : ["answers: ({ question }) => ({ approved: true })"]),
    ...signals.map((name) => `signals: [{ name: ${JSON.stringify(name)}, payload: … }]`),
  ];
  return new StubProblem("INPUT_INVALID", `The workflow waits for ever, for ${what.join(" and ")}`, {
    hint: `Give the test ${hints.join(" and ")}, or the call a timeoutMs`,
    context: { waits },
  });
}

const approval = "approval ";

/** `approval run/group#1/Go on?#1` */
const questionOf = (wait: string): string =>
  (wait.split("/").at(-1) ?? wait).replace(/#\d+$/, "").replaceAll("%2F", "/").replaceAll("%25", "%");
