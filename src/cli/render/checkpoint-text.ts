import type { Checkpoint } from "../../domain/checkpoint/checkpoint.ts";
import type { CheckpointDetails, CheckpointDiff } from "../../orchestration/checkpoints/describe-checkpoint.ts";
import { counted, formatDateTime, formatDiff, shortCommit } from "./quantities.ts";
import { oneLine } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";

/** `950 B`, `12.3 kB`, `4.5 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function checkpointListText(checkpoints: readonly Checkpoint[], timeZone?: string): string {
  if (checkpoints.length === 0) return "There is no checkpoint yet. Make one: tutti checkpoint create\n";
  const columns = [
    { title: "checkpoint" },
    { title: "time" },
    { title: "of" },
    { title: "made" },
    { title: "tip" },
    { title: "size", align: "right" as const },
  ];
  const rows = checkpoints.map((checkpoint) => [
    checkpoint.id,
    formatDateTime(checkpoint.createdAt, timeZone),
    checkpoint.jobId ?? "working tree",
    oneLine(whyMade(checkpoint)),
    shortCommit(checkpoint.tip),
    formatBytes(checkpoint.sizeBytes),
  ]);
  const total = checkpoints.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return `${textTable(columns, rows)}${counted(checkpoints.length, "checkpoint")}, ${formatBytes(total)}\n`;
}

function whyMade({ kind, name, taskId }: Checkpoint): string {
  const task = taskId?.split("/").at(-1) ?? "";
  if (kind === "attempt") return `before an attempt at ${task}`;
  if (kind === "integration") return `before the merge of ${task}`;
  if (kind === "rollback") return "before a rollback";
  return name === undefined ? "by a person" : `by a person: ${name}`;
}

export function checkpointText({ checkpoint, jobStatus, tasks, conversations }: CheckpointDetails): string {
  const { id, jobId, tip, files, createdAt, sizeBytes, isWhileAtWork } = checkpoint;
  const lines = [
    `Checkpoint ${id} of ${jobId ?? "your working tree"}`,
    `made     ${formatDateTime(createdAt)}, ${oneLine(whyMade(checkpoint))}`,
    `tip      ${shortCommit(tip)}`,
    `size     ${formatBytes(sizeBytes)}`,
    ...(jobStatus === undefined ? [] : [`job      ${jobStatus}${isWhileAtWork ? ", agents at work" : ""}`]),
    ...files.map(({ attempt, commit }) => `files    of ${attempt}: ${shortCommit(commit)}`),
    ...conversations.map(({ key, role, sessionId }) => `session  ${role} ${key}: ${sessionId}`),
  ];
  const rows = tasks.map(({ key, status, attempts, dependsOn, title }) => [
    key,
    status,
    String(attempts),
    dependsOn.join(", "),
    oneLine(title),
  ]);
  const columns = [
    { title: "task" },
    { title: "status" },
    { title: "attempts", align: "right" as const },
    { title: "needs" },
    { title: "title" },
  ];
  return `${lines.join("\n")}\n${rows.length === 0 ? "" : `\n${textTable(columns, rows)}`}`;
}

export function checkpointDiffText(diff: CheckpointDiff, patch: string): string {
  const tasks = diff.tasks.map(({ key, from, to }) => `task ${key}: ${from ?? "absent"} → ${to ?? "absent"}\n`);
  return `${formatDiff(diff.diffStat)}\n${tasks.join("")}${patch === "" ? "" : `\n${patch}`}`;
}
