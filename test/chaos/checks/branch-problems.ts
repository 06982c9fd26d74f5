import type { ChaosJob } from "../world/chaos-job.ts";
import { idsOfTask } from "../world/chaos-workflow.ts";

/** The job's branch holds the work of every task, once, and nothing that a gate refused. */
export async function branchProblems(job: ChaosJob): Promise<readonly string[]> {
  const { plan, project, state } = job;
  const [row] = state.rows("SELECT base_commit, branch FROM jobs ORDER BY created_at DESC LIMIT 1");
  if (row === undefined) return ["there is no job"];
  const [base, branch] = [row["base_commit"], row["branch"]].map(String);
  const trailers = await project.git("log", "--format=%(trailers:key=Tutti-Task,valueonly)", `${base}..${branch}`);
  const merged = trailers.split("\n").filter((line) => line !== "");
  const expected = plan.tasks.flatMap(({ key }) => idsOfTask({ plan, state }, key));
  const isEachOnce = merged.toSorted().join() === expected.toSorted().join();
  const read = (path: string): Promise<string> => project.git("show", `${branch}:${path}`).catch(() => "(nothing)");
  const problems = isEachOnce ? [] : [`commits on the branch: ${merged.join(", ")}`];
  for (const { key } of plan.tasks) {
    const content = await read(`out/${key}.txt`);
    if (content !== key) problems.push(`out/${key}.txt holds "${content}"`);
  }
  const lines = (await read("list.txt")).split("\n").toSorted();
  const wanted = ["base", ...plan.tasks.filter(({ addsLine }) => addsLine).map(({ key }) => key)].toSorted();
  if (lines.join() !== wanted.join()) problems.push(`list.txt has the lines ${lines.join(", ")}`);
  return problems;
}
