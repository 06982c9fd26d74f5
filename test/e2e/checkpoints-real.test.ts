import { afterEach, expect, it } from "vitest";
import { stringify } from "yaml";

import type { Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";
import { runTutti, runTuttiHere } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

/** What carries no job out needs no process of its own. */
async function done(...args: readonly string[]): Promise<string> {
  const isOnItsOwn = args[0] === "run" || args[0] === "resume";
  const started = { modelUrl: model.url };
  const ended = isOnItsOwn ? runTutti(project, { args, ...started }) : runTuttiHere(project, args, started);
  const { exitCode, stdout, stderr } = await ended;
  expect(exitCode, stdout + stderr).toBe(0);
  return stdout;
}

type Listed = { readonly id: string; readonly kind: string; readonly taskId?: string };

const plan = stringify({
  summary: "s",
  tasks: ["good", "bad"].map((key) => ({ key, title: key, prompt: "P", expectedOutputs: [`out/${key}.txt`] })),
});

it("takes a bad task's work back, has it done again, and tries it with another model, with the real Claude Code", async () => {
  project = await scratchProject({ "README.md": "# Scratch\n", "plan.yaml": plan });
  model = await scriptedModel({
    tasks: [],
    workers: {
      good: [writes({ "out/good.txt": "good\n" }), says("Done.")],
      "bad#1": [writes({ "out/bad.txt": "wrong\n" }), says("Done.")],
      "bad#2": [writes({ "out/bad.txt": "right\n" }), says("Done better.")],
    },
  });
  await done("run", "--plan", "plan.yaml", "--yes", "--workers", "1");
  const first = await inspectJob(project);
  const show = (branch: string, path: string): Promise<string> => project.git("show", `${branch}:${path}`);
  expect(await show(first.job.branch, "out/bad.txt")).toBe("wrong");
  const { checkpoints } = JSON.parse(await done("checkpoint", "list", "--json")) as { checkpoints: readonly Listed[] };
  const before = (what: string): string =>
    checkpoints.find(({ kind, taskId }) => kind === what && taskId?.endsWith("/bad") === true)?.id ?? "";

  await done("checkpoint", "rollback", before("attempt"), "--strategy", "partial", "--tasks", "bad");
  await expect(show(first.job.branch, "out/bad.txt")).rejects.toThrow(/does not exist/);
  expect(await show(first.job.branch, "out/good.txt")).toBe("good");
  await done("resume");
  expect(await show(first.job.branch, "out/bad.txt")).toBe("right");

  await done("checkpoint", "fork", before("integration"), "--model", "haiku", "--name", "cheaper");
  await done("resume", "cheaper");
  const fork = await inspectJob(project);
  expect(statusesOf(fork)).toEqual({ good: "completed", bad: "completed" });
  expect(fork.attempts["good"]).toEqual([]);
  expect(fork.attempts["bad"]?.map((attempt) => attempt.model)).toEqual(["haiku"]);
  expect(await show(fork.job.branch, "out/good.txt")).toBe("good");
  expect(await show(first.job.branch, "out/bad.txt")).toBe("right");

  const compared = JSON.parse(await done("job", "compare", first.job.id, "cheaper", "--json")) as {
    readonly jobs: readonly { readonly attempts: number; readonly costUsd: number }[];
  };
  expect(compared.jobs.map(({ attempts }) => attempts)).toEqual([3, 1]);
  expect(compared.jobs[0]?.costUsd).toBeGreaterThan(compared.jobs[1]?.costUsd ?? Infinity);
  expect(model.unmatched).toEqual([]);
});
