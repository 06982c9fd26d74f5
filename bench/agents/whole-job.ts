import { runTutti } from "../../test/support/tutti-process.ts";
import type { Contender } from "../harness/contender.ts";
import { benchRepository } from "./bench-repository.ts";
import type { ModelServer } from "./model-server.ts";
import type { TrivialTask } from "./trivial-task.ts";

export type WholeJob = {
  readonly name: string;
  readonly model: ModelServer;
  readonly tasks: readonly TrivialTask[];
  readonly workers: number;
};

/** `tutti run --plan` from the command line to its end: slots, agents, snapshots, validation, merges, review, report. */
export const wholeJob = ({ name, model, tasks, workers }: WholeJob): Contender => ({
  name,
  measure: async () => {
    await using repository = await benchRepository(model);
    await repository.write({ "../plan.json": JSON.stringify(planOf(tasks)) });
    const args = ["run", "--plan", "../plan.json", "--workers", String(workers), "--yes", "--json"];
    const startedAt = performance.now();
    const { exitCode, stderr } = await runTutti(repository, { args, modelUrl: model.url });
    const durationMs = performance.now() - startedAt;
    if (exitCode !== 0) throw new Error(`tutti run ended with ${exitCode}: ${stderr}`);
    const merged = await repository.git("ls-tree", "-r", "--name-only", await jobBranch(repository.git), "out/");
    if (merged.split("\n").length !== tasks.length) throw new Error(`Not every task was merged:\n${merged}`);
    return { msPerTaskFromStart: durationMs / tasks.length };
  },
});

/** Independent tasks, as a plan file. */
export const planOf = (tasks: readonly TrivialTask[]) => ({
  summary: "Write the bench files.",
  tasks: tasks.map(({ key, file, prompt }) => ({ key, title: `Write ${key}`, prompt, expectedOutputs: [file] })),
});

async function jobBranch(git: (...args: readonly string[]) => Promise<string>): Promise<string> {
  const branches = await git("for-each-ref", "--format=%(refname)", "refs/heads/tutti/");
  const [branch, ...others] = branches.split("\n");
  if (branch === undefined || branch === "" || others.length > 0)
    throw new Error(`One job branch expected: ${branches}`);
  return branch;
}
