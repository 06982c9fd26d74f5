import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { jobSettings, openProject, type Project } from "../../src/compose.ts";
import { asWorkerId, type TaskId } from "../../src/domain/ids.ts";
import { parsePlan } from "../../src/domain/plan/parse-plan.ts";
import { ActivityBuffer } from "../../src/orchestration/agent-turn/activity-buffer.ts";
import { AgentPool } from "../../src/orchestration/workers/agent-pool.ts";
import { decide } from "../../src/orchestration/decisions/decide.ts";
import type { JobDesk } from "../../src/orchestration/desk.ts";
import { freshPrompt } from "../../src/orchestration/prompts/task-prompt.ts";
import { SlotKeeper } from "../../src/orchestration/workers/slot-keeper.ts";
import type { Part } from "../harness/part.ts";
import { quantile, shown } from "../harness/statistics.ts";

/** How long a decision and a prompt take in a job of many tasks: in a real repository with a real database. */
export const decisionsPart: Part = {
  title: "(h) Decisions and prompts",
  run: async ({ isQuick, say }) => {
    const count = isQuick ? 50 : 500;
    await using place = await benchPlace();
    const { project, desk, taskIds } = await place.open(count);
    say(`${count} prompts and decisions`);
    const prompts: number[] = [];
    const decisions: number[] = [];
    for (const id of taskIds) await measureTask({ project, desk, id, prompts, decisions });
    const rows = [
      ["generate a prompt (template, context, tokens)", prompts],
      ["decide (facts, rules, confidence, explanation)", decisions],
    ] as const;
    return {
      groups: [],
      blocks: [tableOf(rows)],
      versions: {},
      notes: [
        `${count} tasks of one job, one after another, every fifth sent back by the merge queue: the last decision sees ` +
          `${count - 1} outcomes and is calibrated by them. No model is asked.`,
        "A decision includes one `git diff-tree` and the reads of the database; the write that follows it is not in it.",
      ],
    };
  },
};

function tableOf(rows: readonly (readonly [string, readonly number[]])[]): string {
  const lines = rows.map(([what, samples]) => {
    const at = (share: number): string => shown(quantile(samples, share));
    return `| ${what} | ${samples.length} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`;
  });
  return ["| what | times | median ms | p95 ms | slowest ms |", "|---|---|---|---|---|", ...lines].join("\n");
}

type Measuring = {
  readonly project: Project;
  readonly desk: JobDesk;
  readonly id: TaskId;
  readonly prompts: number[];
  readonly decisions: number[];
};

async function measureTask({ project, desk, id, prompts, decisions }: Measuring): Promise<void> {
  const { state } = project.services;
  const workerId = asWorkerId("bench");
  const round = (await state.tasks.markReady(id)) ?? 1;
  const lease = { taskId: id, fence: { round, token: 1 }, workerId };
  await state.tasks.lease(id, lease.fence, workerId);
  const begun = await state.attempts.begin(lease, desk.job.baseCommit, "sonnet");
  const task = await state.tasks.get(id);
  const { number, baseCommit, feedback } = begun;
  prompts.push(await timed(() => freshPrompt(desk, { task, number, baseCommit, feedback })));
  const outcome = { status: "finished", text: "Done.", usage: {}, durationMs: 1, permissionDenials: [] } as const;
  await state.attempts.recordOutcome(lease, begun.id, outcome);
  const proof = {
    snapshotCommit: desk.job.baseCommit,
    diff: { files: 3, added: 80, deleted: 12 },
    problems: [],
    verdict: { ok: true },
    gates: [],
  } as const;
  await state.attempts.recordProof(lease, begun.id, proof);
  const request = { lease, begun, outcome, proof, signal: AbortSignal.timeout(60_000) };
  decisions.push(await timed(() => decide(desk, request)));
  await state.attempts.decide(lease, begun.id, await decide(desk, request));
  const subject = { taskId: id, attemptId: begun.id };
  if (decisions.length % 5 === 0) return state.integrations.bounce(subject, "A gate failed.", "failed");
  const { snapshotCommit: commit, diff } = proof;
  const evidence = {
    attempt: begun.id,
    attemptCommit: commit,
    mergedCommit: commit,
    gates: [],
    diff,
    expectedOutputs: [],
  };
  return state.integrations.complete(subject, evidence);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function benchPlace() {
  const folder = await mkdtemp(join(tmpdir(), "tutti-bench-decisions-"));
  const root = join(folder, "project");
  let project: Project | undefined;
  const open = async (count: number) => {
    await writeRepository(root);
    const env = { ...process.env, HOME: join(folder, "home"), XDG_STATE_HOME: join(folder, "state") };
    project = await openProject({ cwd: root, env, isLogged: false });
    const plan = parsePlan({ summary: "Many tasks.", tasks: Array.from({ length: count }, (_, at) => taskOf(at)) }, {});
    const job = await project.application.createJob({
      goal: "Do many things",
      plan,
      settings: await jobSettings(project),
    });
    await project.services.state.tasks.addPlan(job.id, plan);
    const tasks = await project.application.tasks(job.id);
    return {
      project,
      desk: deskOf(project, await project.application.job(job.id)),
      taskIds: tasks.map(({ id }) => id),
    };
  };
  return {
    open,
    [Symbol.asyncDispose]: async () => {
      await project?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const taskOf = (at: number) => ({
  key: `t${at}`,
  title: `Task ${at}`,
  prompt: `Change src/file-${at % 200}.ts so that it does what number ${at} of the list in docs/list.md says.`,
  expectedOutputs: [`src/file-${at % 200}.ts`],
  acceptance: ["The tests pass"],
});

function deskOf({ services }: Project, job: JobDesk["job"]): JobDesk {
  const pool = new AgentPool(services.agents);
  return {
    services,
    job,
    pool,
    slots: new SlotKeeper({ services, pool, job }),
    activity: new ActivityBuffer(services),
  };
}

async function writeRepository(root: string): Promise<void> {
  await mkdir(join(root, "src"), { recursive: true });
  for (let at = 0; at < 200; at += 1) await writeFile(join(root, `src/file-${at}.ts`), `export const n = ${at};\n`);
  const git = (...args: readonly string[]) => execa("git", args, { cwd: root });
  await git("init", "-q", "-b", "main");
  await git("add", "-A");
  await git("-c", "user.name=A Person", "-c", "user.email=person@example.com", "commit", "-q", "-m", "base");
}
