import { describe, expect, it } from "vitest";

import { asTaskId, type TaskId } from "../../../domain/ids.ts";
import { leaseTask, openState, tip, type OpenState } from "../../../state/state-manager.fixture.ts";
import { memoryOutput } from "../../memory-output.fixture.ts";
import { taskLogs } from "./task-logs.ts";

const applicationOf = ({ state, jobId }: OpenState) => ({
  job: () => state.jobs.get(jobId),
  tasks: () => state.tasks.list(jobId),
  task: (id: TaskId) => state.tasks.get(id),
  attempts: ({ id }: { id: TaskId }) => state.attempts.list(id),
  activity: (cursor: Parameters<typeof state.events.readActivity>[0]) => state.events.readActivity(cursor),
  isDriven: async () => true,
  waitForChange: () => Promise.resolve(true),
});

const id = asTaskId("job-1/a");

async function show(open: OpenState, at: number, text: string, kind: "tool" | "text" = "tool"): Promise<void> {
  const entry = { at, jobId: open.jobId, role: "worker", kind, text } as const;
  await open.state.events.appendActivity([{ ...entry, taskId: id }]);
}

/** Task `a` was tried twice; the second attempt still runs. */
async function twoAttempts(open: OpenState): Promise<void> {
  const { state, clock } = open;
  const lease = await leaseTask(open, "a");
  const { id: first } = await state.attempts.begin(lease, tip);
  await show(open, clock.now, "Write a.txt");
  await state.events.appendActivity([
    { at: clock.now, jobId: open.jobId, taskId: asTaskId("job-1/b"), role: "worker", kind: "tool", text: "Other" },
  ]);
  clock.now = 61_000;
  await state.attempts.recordOutcome(lease, first, {
    status: "finished",
    text: "",
    usage: {},
    durationMs: 1,
    permissionDenials: [],
  });
  await state.attempts.decide(lease, first, {
    action: "retry",
    failureClass: "recoverable",
    reasons: ["gate test failed"],
    countsAsAttempt: true,
    resumeSession: true,
    delayMs: 0,
    feedback: "Fix it",
  });
  clock.now = 62_000;
  await state.attempts.begin(lease, tip);
  // Written late, in a batch after the next attempt had begun: its own time says whose it is.
  await show(open, 60_000, "I am\ndone \u001B[2Jnow.", "text");
  await show(open, 63_000, "Edit a.txt");
}

describe("tutti task logs", () => {
  it("shows what the agent did, attempt by attempt", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    await twoAttempts(open);
    const output = memoryOutput();
    expect(await taskLogs({ application: applicationOf(open), output, task: "a", timeZone: "UTC" })).toBe(0);
    expect(output.out()).toBe(
      `
Attempt 1 (1970-01-01 00:00:01) by worker w1
  00:00:01 tool  Write a.txt
  00:01:00 text  I am
                 done now.
  rejected after 1m 00s: gate test failed
Attempt 2 (1970-01-01 00:01:02) by worker w1
  00:01:03 tool  Edit a.txt
  running
`.trimStart(),
    );
  });

  it("shows one attempt, as text or a line of JSON for each entry", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    await twoAttempts(open);
    const output = memoryOutput();
    await taskLogs({ application: applicationOf(open), output, task: "a", attempt: 2, timeZone: "UTC" });
    expect(output.out()).not.toContain("Attempt 1");
    expect(output.out()).toContain("Edit a.txt");
    const json = memoryOutput({ isJson: true });
    await taskLogs({ application: applicationOf(open), output: json, task: "a", attempt: 1 });
    const lines = json.out().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { attempt: 1, at: 1000, kind: "tool", text: "Write a.txt" },
      { attempt: 1, at: 60_000, kind: "text" },
    ]);
  });

  it("follows until the task has come to an end, and shows the last of it", async () => {
    await using open = await openState([{ key: "a" }]);
    await leaseTask(open, "a");
    let looks = 0;
    const application = {
      ...applicationOf(open),
      waitForChange: async () => {
        looks += 1;
        await show(open, 1_000, `line ${looks}`);
        if (looks === 2) await open.state.tasks.cancel(id, "enough");
        return true;
      },
    };
    const output = memoryOutput({ isJson: true });
    await taskLogs({ application, output, task: "a", follow: true });
    expect(output.out()).toContain("line 1");
    expect(output.out()).toContain("line 2");
    expect(looks).toBe(2);
  });

  it("refuses an attempt that there is not", async () => {
    await using open = await openState([{ key: "a" }]);
    const asked = taskLogs({ application: applicationOf(open), output: memoryOutput(), task: "a", attempt: 3 });
    await expect(asked).rejects.toMatchObject({ code: "INPUT_INVALID", message: "Task a has no attempt 3" });
  });
});
