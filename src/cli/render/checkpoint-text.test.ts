import { expect, it } from "vitest";

import type { Checkpoint } from "../../domain/checkpoint/checkpoint.ts";
import { asAttemptId, asCheckpointId, asCommitId, asJobId, taskIdOf } from "../../domain/ids.ts";
import { compareText } from "../commands/job/job-compare.ts";
import { checkpointDiffText, checkpointListText, checkpointText, formatBytes } from "./checkpoint-text.ts";

const jobId = asJobId("add-a-csv-3f2a");
const tip = asCommitId("0123456789abcdef");

const checkpoint = (id: string, more: Partial<Checkpoint>): Checkpoint => ({
  id: asCheckpointId(id),
  projectPath: "/p",
  jobId,
  kind: "manual",
  tip,
  ref: "r",
  commit: tip,
  files: [],
  isWhileAtWork: false,
  sizeBytes: 1_500,
  createdAt: 0,
  ...more,
});

it("lists checkpoints with why they were made and what they take", () => {
  const { jobId: _job, ...ofTree } = checkpoint("d", { kind: "worktree", name: "before\nI clean up" });
  const text = checkpointListText(
    [
      checkpoint("a", { kind: "attempt", taskId: taskIdOf(jobId, "writer") }),
      checkpoint("b", { kind: "integration", taskId: taskIdOf(jobId, "writer"), sizeBytes: 0 }),
      checkpoint("c", { kind: "rollback" }),
      ofTree,
    ],
    "UTC",
  );
  expect(text.split("\n")).toEqual([
    "checkpoint  time                 of              made                            tip             size",
    "a           1970-01-01 00:00:00  add-a-csv-3f2a  before an attempt at writer     0123456789ab  1.5 kB",
    "b           1970-01-01 00:00:00  add-a-csv-3f2a  before the merge of writer      0123456789ab     0 B",
    "c           1970-01-01 00:00:00  add-a-csv-3f2a  before a rollback               0123456789ab  1.5 kB",
    "d           1970-01-01 00:00:00  working tree    by a person: before I clean up  0123456789ab  1.5 kB",
    "4 checkpoints, 4.5 kB",
    "",
  ]);
  expect(checkpointListText([])).toContain("Make one: tutti checkpoint create");
});

it("shows what one holds", () => {
  const files = [{ attempt: asAttemptId("add-a-csv-3f2a/writer/1"), base: tip, commit: tip }];
  const text = checkpointText({
    checkpoint: checkpoint("a", { files, isWhileAtWork: true }),
    jobStatus: "running",
    tasks: [{ key: "writer", title: "Write", status: "running", dependsOn: ["base"], attempts: 1 }],
    conversations: [{ key: "add-a-csv-3f2a/writer/1", role: "worker", sessionId: "s-1" }],
  });
  expect(text).toContain("job      running, agents at work\n");
  expect(text).toContain("files    of add-a-csv-3f2a/writer/1: 0123456789ab\n");
  expect(text).toContain("session  worker add-a-csv-3f2a/writer/1: s-1\n");
  expect(text).toMatch(/writer +running +1 +base +Write/);
});

it("shows a difference in files and tasks", () => {
  const tasks = [{ key: "late", from: null, to: "pending" }];
  const diff = { from: tip, to: tip, diffStat: { files: 1, added: 2, deleted: 0 }, files: [], tasks };
  expect(checkpointDiffText(diff, "")).toBe("1 file +2 -0\ntask late: absent → pending\n");
});

it("sets jobs side by side", () => {
  const figures = {
    jobId: "a",
    status: "completed",
    workerModel: "sonnet",
    tasks: 2,
    completed: 2,
    attempts: 3,
    gatesPassed: 2,
    gatesFailed: 1,
    totalTokens: 1_500,
    costUsd: 0.5,
    agentMs: 60_000,
    elapsedMs: 61_000,
    diff: { files: 1, added: 1, deleted: 0 },
  };
  const text = compareText([figures, { ...figures, jobId: "b", workerModel: "haiku", costUsd: null }]);
  expect(text).toMatch(/worker model +sonnet +haiku\n/);
  expect(text).toMatch(/cost +\$0\.5000 +unpriced\n/);
  expect(text).toMatch(/gates passed +2 of 3 +2 of 3\n/);
});

it("counts bytes", () => {
  expect([950, 12_300, 4_500_000].map((bytes) => formatBytes(bytes))).toEqual(["950 B", "12.3 kB", "4.5 MB"]);
});
