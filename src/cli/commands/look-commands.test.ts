import { describe, expect, it } from "vitest";
import { asCheckpointId, asCommitId, asSlotId, taskIdOf } from "../../domain/ids.ts";
import type { Attempt, GateResult, Task } from "../../domain/model.ts";
import { heldBy, usageByAttempt } from "../../orchestration/insight/task-details.ts";
import { whyPaused } from "../../orchestration/coordinator/why-paused.ts";
import { leaseTask, openState, tip, type OpenState } from "../../state/state-manager.fixture.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { used } from "../render/display/job-view.fixture.ts";
import { report } from "../render/report.fixture.ts";
import { jobList } from "./job/job-list.ts";
import { jobShow } from "./job/job-show.ts";
import { taskShow } from "./task/task-show.ts";

const projectBudget = { period: "all", allowsUnpriced: false } as const;

const applicationOf = ({ state, jobId }: OpenState) => ({
  jobs: () => state.jobs.list("/p"),
  job: () => state.jobs.get(jobId),
  tasks: () => state.tasks.list(jobId),
  attempts: ({ id }: { id: Attempt["taskId"] }) => state.attempts.list(id),
  usage: async () => ({
    ofJob: await state.sessions.usageOfJob(jobId),
    byTask: await state.sessions.usageByTask(jobId),
  }),
  usageByAttempt: async (task: Task) =>
    usageByAttempt({ state, repo: { root: "/p" } }, task, await state.attempts.list(task.id)),
  heldBy: (task: Task) => heldBy(state, task),
  report: async () => (await state.jobs.get(jobId)).report,
  breakpoints: () => state.breakpoints.list({ jobId, status: "open" }),
  cutShort: () => state.rollbacks.pending(jobId),
  pause: () => state.pauses.find("default"),
  workerHold: () => state.holds.findWorkerHold(jobId),
  pauseReason: async () => whyPaused({ state, now: () => 0, projectBudget }, await state.jobs.get(jobId)),
});

const gate = (some: Partial<GateResult>): GateResult => ({
  name: "test",
  command: "npm test",
  on: "attempt",
  isOk: true,
  exitCode: 0,
  durationMs: 2300,
  outputTail: "",
  ...some,
});

/** Task `a` failed once and is at its second attempt; `b` waits for it. */
async function busyJob(open: OpenState): Promise<void> {
  const { state, clock, jobId } = open;
  const lease = await leaseTask(open, "a");
  const { id } = await state.attempts.begin(lease, tip);
  await state.attempts.placeIn(lease, id, asSlotId("s1"));
  clock.now = 61_000;
  await state.attempts.recordOutcome(lease, id, {
    status: "finished",
    text: "I am done.\nReally.",
    usage: {},
    durationMs: 60_000,
    permissionDenials: [{ tool: "Bash", summary: "Bash(curl x)" }],
  });
  await state.attempts.recordProof(lease, id, {
    snapshotCommit: asCommitId("d".repeat(40)),
    diff: { files: 1, added: 2, deleted: 0 },
    problems: [],
    verdict: { ok: true },
    gates: [gate({ isOk: false, exitCode: 1, outputTail: "line 1\nexpected 1, received 2\n" })],
  });
  await state.attempts.decide(lease, id, {
    action: "retry",
    failureClass: "recoverable",
    reasons: ["gate test failed"],
    countsAsAttempt: true,
    resumeSession: true,
    delayMs: 0,
    feedback: "Fix it",
  });
  await state.attempts.begin(lease, tip);
  await state.sessions.recordUsage({ key: "c", jobId, taskId: lease.taskId, role: "worker" }, 1, used(12_345, 0.0123));
}

const tasks = [{ key: "a" }, { key: "b", dependsOn: ["a"] }];

describe("tutti job list", () => {
  it("shows jobs with what is done of them", async () => {
    await using open = await openState(tasks);
    const output = memoryOutput();
    expect(await jobList({ application: applicationOf(open), output, timeZone: "UTC" })).toBe(0);
    expect(output.out()).toBe(
      `
job    status    done  started              goal
job-1  planning  0/2   1970-01-01 00:00:01  g
`.trimStart(),
    );
    const json = memoryOutput({ isJson: true });
    await jobList({ application: applicationOf(open), output: json });
    expect(JSON.parse(json.out())).toMatchObject({ jobs: [{ id: "job-1", tasks: 2, completed: 0, endedAt: null }] });
  });

  it("says how to start when there is none", async () => {
    await using open = await openState(tasks);
    const output = memoryOutput();
    await jobList({ application: { ...applicationOf(open), jobs: async () => [] }, output });
    expect(output.out()).toContain("tutti run");
  });
});

describe("tutti job show", () => {
  it("shows a running job's tasks", async () => {
    await using open = await openState(tasks);
    await busyJob(open);
    const output = memoryOutput();
    const now = () => 121_000;
    expect(await jobShow({ application: applicationOf(open), output, now, timeZone: "UTC" })).toBe(0);
    expect(output.out()).toBe(
      `
Job job-1: planning
Goal: g
Started 1970-01-01 00:00:01; branch tutti/job-1; 12.3k tokens, $0.0123

task  status     attempts    time     cost  title or reason
a     ● running         2  2m 00s  $0.0123  a
b     · pending         0                   b
`.trimStart(),
    );
  });

  it("says until when it is paused, and how it goes on", async () => {
    await using open = await openState(tasks);
    await open.state.jobs.setStatus(open.jobId, "paused");
    const error = { code: "QUOTA_EXHAUSTED", message: "limit", failureClass: "exhausted", context: {} } as const;
    await open.state.pauses.pause("default", 3_661_000, error);
    const output = memoryOutput();
    await jobShow({ application: applicationOf(open), output, now: () => 61_000, timeZone: "UTC" });
    expect(output.out()).toContain("Paused: limit; it comes back at 1970-01-01 01:01:01, in 1h 00m\n");
    expect(output.out()).toContain("tutti resume job-1 --resume-at-reset\n");
  });

  it("says of a job that runs that the account is paused", async () => {
    await using open = await openState(tasks);
    await open.state.jobs.setStatus(open.jobId, "running");
    const error = { code: "QUOTA_EXHAUSTED", message: "limit", failureClass: "exhausted", context: {} } as const;
    await open.state.pauses.pause("default", 3_661_000, error);
    const output = memoryOutput();
    await jobShow({ application: applicationOf(open), output, now: () => 61_000, timeZone: "UTC" });
    expect(output.out()).toContain("paused until 01:01:01 (in 1h 00m): limit\n");
  });

  it("says what it asks and how to answer instead of trying again, and that a rollback was cut short", async () => {
    await using open = await openState(tasks);
    const { state, jobId } = open;
    await state.jobs.setStatus(jobId, "running");
    await state.tasks.move(taskIdOf(jobId, "a"), "ready");
    await leaseTask(open, "a");
    await state.tasks.move(taskIdOf(jobId, "a"), "waiting", { reason: "May it?" });
    await state.jobs.setStatus(jobId, "waiting");
    const [asked] = await state.breakpoints.list();
    const shown = async () => {
      const output = memoryOutput();
      await jobShow({ application: applicationOf(open), output });
      return output.out();
    };
    expect(await shown()).toContain(`It asks you:\n  ${asked?.id}  May it?\n`);
    expect(await shown()).toContain("tutti resume job-1\n");
    expect(await shown()).not.toContain("tutti retry");
    const ids = { id: asCheckpointId("c2"), checkpointId: asCheckpointId("c1") };
    await state.rollbacks.begin({ ...ids, jobId, request: { strategy: "full" } });
    expect(await shown()).toContain("A rollback to checkpoint c1 was cut short");
  });

  it("shows the report of a job that is over", async () => {
    await using open = await openState(tasks);
    await open.state.jobs.saveReport(open.jobId, report, "s");
    await open.state.jobs.setStatus(open.jobId, "failed");
    const output = memoryOutput();
    await jobShow({ application: applicationOf(open), output });
    expect(output.out()).toContain("1 of 3 tasks completed in 6m 12s");
    const json = memoryOutput({ isJson: true });
    await jobShow({ application: applicationOf(open), output: json });
    expect(JSON.parse(json.out())).toMatchObject({
      job: { id: "job-1", status: "failed" },
      tasks: [{ key: "a", attempts: 0 }, { key: "b" }],
      report: { jobId: "add-a-csv-3f2a" },
      pause: null,
    });
  });
});

describe("tutti task show", () => {
  it("shows attempts with claim, gates, output and decision", async () => {
    await using open = await openState(tasks);
    await busyJob(open);
    const output = memoryOutput();
    await taskShow({ application: applicationOf(open), task: "a", output, timeZone: "UTC" });
    expect(output.out()).toBe(
      `
● job-1/a: running
a
prompt:
    p
used: 12.3k tokens, $0.0123 (claude-sonnet-5-5)

Attempt 1: rejected (1970-01-01 00:00:01, 1m 00s) by worker w1
    from cccccccccccc to dddddddddddd
    the agent finished after 1m 00s
    > I am done.
    > Really.
    permission denied: Bash(curl x)
    gate test failed (exit 1) (2s)
      $ npm test
      | line 1
      | expected 1, received 2
    decision: retry (recoverable): gate test failed

Attempt 2: running (1970-01-01 00:01:01) by worker w1
    from cccccccccccc
    used: 12.3k tokens, $0.0123 (claude-sonnet-5-5)
`.trimStart(),
    );
  });

  it("takes the job from the name, and has a JSON form", async () => {
    await using open = await openState(tasks);
    const output = memoryOutput({ isJson: true });
    await taskShow({ application: applicationOf(open), task: "job-1/b", output });
    expect(JSON.parse(output.out())).toMatchObject({ task: { key: "b", status: "pending" }, attempts: [], usage: {} });
  });

  it("says what was asked for, and which task holds it back", async () => {
    await using open = await openState([
      { key: "a", expectedOutputs: ["a.ts"] },
      { key: "b", dependsOn: ["a"], priority: 9, contextFiles: ["README.md"] },
      { key: "c", expectedOutputs: ["a.ts"] },
    ]);
    await leaseTask(open, "a");
    const shown = async (task: string): Promise<string> => {
      const output = memoryOutput();
      await taskShow({ application: applicationOf(open), task, output });
      return output.out();
    };
    expect(await shown("b")).toContain(
      "held back: it needs a, which is leased\nafter: a\npriority: 9\nreads first: README.md",
    );
    expect(await shown("c")).toContain("held back: a goes first, because both may write a.ts\nmakes: a.ts\n");
    expect(await shown("a")).not.toContain("held back");
  });

  it("names the tasks that there are when it is asked for another", async () => {
    await using open = await openState(tasks);
    const asked = taskShow({ application: applicationOf(open), task: "c", output: memoryOutput() });
    await expect(asked).rejects.toMatchObject({ code: "TASK_UNKNOWN", hint: "Its tasks: a, b" });
  });
});
