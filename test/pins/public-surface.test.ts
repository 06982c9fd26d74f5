import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";

import * as api from "../../src/index.ts";
import { version } from "../../src/cli/version.ts";
import { buildProgram } from "../../src/cli/declare/program.ts";
import { memoryOutput } from "../../src/cli/memory-output.fixture.ts";
import { errorCodes } from "../../src/domain/errors.ts";
import { exitCodes, jobStatuses } from "../../src/domain/job-status.ts";
import { taskStatuses } from "../../src/domain/task-status.ts";

// Frozen on purpose: scripts and stored data depend on these. A change here is a breaking change and says so.
describe("the public surface", () => {
  it("exports these names", () => {
    expect(Object.keys(api).toSorted()).toEqual([
      "Tutti",
      "TuttiError",
      "branch",
      "branchStep",
      "coarseStatus",
      "commandPair",
      "commitStep",
      "defineConfig",
      "definePlugin",
      "errorCodes",
      "eventRouter",
      "exitCodes",
      "failureClasses",
      "fanOut",
      "fileStep",
      "jobStatuses",
      "mapReduce",
      "nothingToUndo",
      "onEvents",
      "parsePlan",
      "planJsonSchema",
      "quickDelegate",
      "refine",
      "saga",
      "sequentialPipeline",
      "supervise",
      "taskStatuses",
      "totalUsage",
      "workflow",
    ]);
  });

  it("ends with these codes", () => {
    expect(exitCodes).toEqual({ done: 0, failed: 1, usage: 2, waitingForPerson: 3, paused: 4, interrupted: 130 });
  });

  it("stores these statuses", () => {
    expect(taskStatuses).toEqual([
      "pending",
      "ready",
      "leased",
      "running",
      "validating",
      "integrating",
      "completed",
      "failed",
      "blocked",
      "waiting",
      "cancelled",
    ]);
    expect(jobStatuses).toEqual([
      "planning",
      "proposed",
      "running",
      "paused",
      "waiting",
      "interrupted",
      "reviewing",
      "completed",
      "failed",
      "cancelled",
    ]);
  });

  it("names errors in order and once", () => {
    expect(errorCodes).toEqual([...new Set(errorCodes)].toSorted());
    expect(errorCodes.length).toBeGreaterThanOrEqual(37);
  });

  it("has these commands and flags", () => {
    const program = buildProgram({ cwd: "/", env: {}, output: memoryOutput() }, () => undefined);
    const surface = program.commands.flatMap((command) => [command, ...command.commands]);
    const lines = surface.map(
      (command) =>
        `${command.parent === program ? "" : `${command.parent?.name() ?? ""} `}${command.name()}: ${command.options
          .map(({ long }) => long)
          .join(" ")}`,
    );
    expect(lines).toEqual([
      "run: --file --plan --workers --max-cost --manager-model --worker-model --yes --resume-at-reset --no-cache --json",
      "resume: --yes --max-cost --begin-anew --resume-at-reset --no-cache --json",
      "retry: --max-cost-per-task --no-cache --json",
      "merge: --strategy --json",
      "worker: --job --id --settings",
      "cost: --by --since --json",
      "workflow: ",
      "workflow list: --json",
      "workflow show: --json",
      "workflow run: --input --set --key --workers --max-cost --dry-run --yes --resume-at-reset --no-cache --json",
      "workflow signal: --payload --key --json",
      "workflow graph: --input --format --watch --json",
      "workflow record: --json",
      "workflow advise: --json",
      "workflow listen: --port --host --secret-env --watch --cron --time-zone --jobs --once --json",
      "workflow event: --details --id --source --json",
      "workflow events: --status --limit --json",
      "replay: --workflow --number --json",
      "job: ",
      "job list: --json",
      "job show: --json",
      "job create: --key --orchestrator --json",
      "job add: --key --title --priority --context --output --needs --parent --continue-parent --batch --escalate --agent --read-only --subagents --budget --timeout-ms --json",
      "job wait: --json",
      "job status: --json",
      "job results: --json",
      "job synthesize: --prompt --json",
      "job compare: --json",
      "job pause: --json",
      "job cancel: --json",
      "job resume: --yes --max-cost --begin-anew --resume-at-reset --no-cache --json",
      "job retry: --max-cost-per-task --no-cache --json",
      "job import: --tag --goal --json",
      "job export: --output --task-master --tag --json",
      "coordinator: ",
      "delegate: --goal --workers --json",
      "task: ",
      "task show: --json",
      "task logs: --attempt --follow --json",
      "task files: --attempt --follow --json",
      "task diff: --attempt --stat --json",
      "task retry: --prompt --max-cost-per-task --no-cache --json",
      "task cancel: --json",
      "rescue: ",
      "rescue list: --json",
      "rescue restore: --json",
      "explain: --attempt --json",
      "rate: --note --json",
      "feedback: --by --json",
      "history: --role --kind --since --limit --full --json",
      "breakpoint: ",
      "breakpoint list: --all --json",
      "breakpoint show: --json",
      "breakpoint resolve: --note --amount --json",
      "cache: ",
      "cache ls: --json",
      "cache prune: --older-than --all --json",
      "checkpoint: ",
      "checkpoint create: --name --worktree --json",
      "checkpoint list: --json",
      "checkpoint show: --json",
      "checkpoint diff: --stat --json",
      "checkpoint rollback: --strategy --tasks --paths --into-worktree --dry-run --json",
      "checkpoint fork: --model --name --json",
      "checkpoint prune: --dry-run --json",
      "plan: ",
      "plan lint: --job --strict --json",
      "prompt: ",
      "prompt show: --attempt --json",
      "prompt list: --json",
      "prompt check: --json",
      "notes: ",
      "notes show: --json",
      "notes history: --json",
      "notes add: --json",
      "notes edit: --json",
      "notes remove: --json",
      "agents: ",
      "agents list: --json",
      "agents show: --json",
      "state: ",
      "state check: --json",
      "state backup: --json",
      "state prune: --older-than --activity --events --journals --dry-run --json",
      "state restore: --backup --json",
      "task-master: ",
      "task-master list: --status --tag --file --json",
      "task-master set-status: --tag --file --json",
      "task-master update-subtask: --tag --file --json",
      "task-master add-task: --description --details --test-strategy --priority --depends-on --tag --file --json",
      "supervisor: ",
      "supervisor check: --json",
      "supervisor models: --json",
      "supervisor ask: --json",
      "init: --force --json",
      "doctor: --json",
      "config: ",
      "config show: --json",
      "config explain: --json",
      "config schema: ",
      "demo: --keep --json",
      "simulate: --port --json",
    ]);
  });

  it("says the version of its package", async () => {
    const manifest: unknown = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
    expect(manifest).toMatchObject({ version });
  });
});
