import { describe, expect, it } from "vitest";

import { asTaskId, type AttemptId, type TaskId } from "../../../domain/ids.ts";
import type { FileChange } from "../../../domain/watch/file-change.ts";
import type { TaskLease } from "../../../state/attempts/begin-attempt.ts";
import { leaseTask, openState, tip, type OpenState } from "../../../state/state-manager.fixture.ts";
import { memoryOutput } from "../../memory-output.fixture.ts";
import { taskFiles } from "./task-files.ts";

const applicationOf = ({ state, jobId }: OpenState) => ({
  job: () => state.jobs.get(jobId),
  tasks: () => state.tasks.list(jobId),
  task: (id: TaskId) => state.tasks.get(id),
  attempts: ({ id }: { id: TaskId }) => state.attempts.list(id),
  fileHistory: ({ id }: { id: TaskId }, after?: number) => state.fileChanges.ofTask(id, after),
  isDriven: async () => false,
  waitForChange: () => Promise.resolve(true),
});

const added = (path: string, at: number): FileChange => ({ kind: "added", path, size: 3, hash: "ab", at });

async function oneAttempt(open: OpenState): Promise<{ readonly lease: TaskLease; readonly id: AttemptId }> {
  const lease = await leaseTask(open, "a");
  const { id } = await open.state.attempts.begin(lease, tip);
  const watch = { attemptId: id, mode: "directories", trouble: undefined, dropped: 0 } as const;
  await open.state.fileChanges.record(lease, watch, [added("out/a.txt", 2_000), added("tmp\u001B[2J", 3_000)]);
  return { lease, id };
}

describe("tutti task files", () => {
  it("shows what happened to the files, what nobody saw, and what is no part of the result", async () => {
    await using open = await openState([{ key: "a" }]);
    const { lease, id } = await oneAttempt(open);
    const gone: FileChange = { kind: "deleted", path: "old.txt", size: null, hash: null, at: 4_000 };
    await open.state.fileChanges.agree(lease, id, { missed: [gone], undone: ["tmp\u001B[2J"] });
    const output = memoryOutput();
    expect(await taskFiles({ application: applicationOf(open), output, task: "a", timeZone: "UTC" })).toBe(0);
    expect(output.out()).toBe(
      `
Attempt 1 (1970-01-01 00:00:01)
  00:00:02 added     out/a.txt  3 bytes
  00:00:03 added     tmp  3 bytes  (not in the result)
  00:00:04 deleted   old.txt  (found in the snapshot)
`.trimStart(),
    );
  });

  it("says what was beyond the limit, and that files were polled", async () => {
    await using open = await openState([{ key: "a" }]);
    const { lease, id } = await oneAttempt(open);
    const watch = { attemptId: id, mode: "polling", trouble: "no more file watches", dropped: 7 } as const;
    await open.state.fileChanges.record(lease, watch, []);
    const output = memoryOutput();
    await taskFiles({ application: applicationOf(open), output, task: "a", timeZone: "UTC" });
    expect(output.out()).toContain("Attempt 1: 7 more changes beyond watch.maxChangesPerAttempt\n");
    expect(output.out()).toContain("Attempt 1: no more file watches (polled)\n");
  });

  it("prints a line of JSON for each change", async () => {
    await using open = await openState([{ key: "a" }]);
    await oneAttempt(open);
    const output = memoryOutput({ isJson: true });
    await taskFiles({ application: applicationOf(open), output, task: "a" });
    const [first] = output.out().trim().split("\n");
    expect(JSON.parse(first ?? "")).toEqual({
      ...{ attempt: 1, seq: 1, at: 2_000, kind: "added", path: "out/a.txt", size: 3, hash: "ab" },
      ...{ source: "seen", isInResult: null },
    });
  });

  it("refuses an attempt that there is not, and says so where nothing was recorded", async () => {
    await using open = await openState([{ key: "a" }]);
    const application = applicationOf(open);
    await expect(taskFiles({ application, output: memoryOutput(), task: "a", attempt: 2 })).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
    const output = memoryOutput();
    await taskFiles({ application, output, task: "a" });
    expect(output.out()).toBe("It has not been started.\n");
  });
});

describe("the history of files", () => {
  it("is refused from whoever has lost the task", async () => {
    await using open = await openState([{ key: "a" }]);
    const { lease, id } = await oneAttempt(open);
    await leaseTask(open, "a", 2);
    const watch = { attemptId: id, mode: "directories", trouble: undefined, dropped: 0 } as const;
    await expect(open.state.fileChanges.record(lease, watch, [added("late", 1)])).rejects.toMatchObject({
      code: "LEASE_LOST",
    });
    expect((await open.state.fileChanges.ofTask(asTaskId("job-1/a"))).changes).toHaveLength(2);
  });

  it("takes thousands of changes at once", async () => {
    await using open = await openState([{ key: "a" }]);
    const { lease, id } = await oneAttempt(open);
    const many = Array.from({ length: 3_000 }, (_, index) => added(`f${index}`, index));
    await open.state.fileChanges.agree(lease, id, { missed: many, undone: many.map(({ path }) => path) });
    const { changes } = await open.state.fileChanges.ofTask(asTaskId("job-1/a"));
    expect(changes.filter(({ isInResult }) => isInResult === false)).toHaveLength(3_000);
  });
});
