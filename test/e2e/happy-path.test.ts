import { afterEach, describe, expect, it } from "vitest";

import type { Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { parseNdjson, runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

const keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
/** Two chains and a join: a, b, c, d at once; e after a and b; f after c; g after e; h after everything. */
const dependsOn: Readonly<Record<string, readonly string[]>> = {
  e: ["a", "b"],
  f: ["c"],
  g: ["e"],
  h: ["d", "f", "g"],
};

describe("a job of eight tasks with four workers", () => {
  it("is planned, carried out in order of its dependencies, proved, merged and reviewed", async () => {
    project = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": "execution:\n  workers: 4\ngates:\n  - name: readme\n    run: test -f README.md\n",
    });
    model = await scriptedModel({
      tasks: keys.map((key) => ({ key, dependsOn: dependsOn[key] ?? [], expectedOutputs: [`out/${key}.txt`] })),
      workers: Object.fromEntries(
        keys.map((key) => [key, [writes({ [`out/${key}.txt`]: `${key}\n` }), says(`Wrote ${key}.`)]]),
      ),
    });
    await project.write({ "untracked.txt": "mine\n" });
    const before = await checkoutOf(project);

    const result = await runTutti(project, {
      args: ["run", "Write eight files", "--yes", "--json"],
      modelUrl: model.url,
    });

    expect(result.exitCode, result.stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(facts.job.status).toBe("completed");
    expect(Object.values(statusesOf(facts))).toEqual(keys.map(() => "completed"));
    for (const key of keys) {
      expect(await project.git("show", `${facts.job.branch}:out/${key}.txt`)).toBe(key);
      expect(facts.tasks[key]?.evidence?.gates.map(({ on, isOk }) => ({ on, isOk }))).toEqual([
        { on: "attempt", isOk: true },
        { on: "merged", isOk: true },
      ]);
    }
    for (const [key, needed] of Object.entries(dependsOn)) {
      for (const other of needed) expect(startOf(facts, key)).toBeGreaterThan(completionOf(facts, other));
    }
    expect(await checkoutOf(project)).toBe(before);
    expect(facts.report?.review?.verdict).toBe("reached");
    expect(facts.report?.total.costUsd).toBeGreaterThan(0);
    expect(model.unmatched).toEqual([]);
    const last = parseNdjson(result.stdout).at(-1);
    expect(last).toMatchObject({ type: "result", status: "completed" });
  });
});

type Facts = Awaited<ReturnType<typeof inspectJob>>;

const seqOf = ({ events }: Facts, key: string, type: string, to?: string): number =>
  events.find(
    (event) =>
      event.type === type &&
      event.taskId?.endsWith(`/${key}`) === true &&
      (to === undefined || ("to" in event.data && event.data.to === to)),
  )?.seq ?? Number.NaN;

const startOf = (facts: Facts, key: string): number => seqOf(facts, key, "attempt-started");
const completionOf = (facts: Facts, key: string): number => seqOf(facts, key, "task-status-changed", "completed");

/** Everything that a run must leave alone. */
const checkoutOf = async ({ git }: ScratchProject): Promise<string> =>
  [
    await git("rev-parse", "HEAD"),
    await git("symbolic-ref", "HEAD"),
    await git("status", "--porcelain=v2"),
    await git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/main", "refs/stash", "refs/tags"),
  ].join("\n");
