import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { completeConfig } from "../../src/config/config.ts";
import { jobSettings } from "../../src/config/job-settings.ts";
import { configSchema } from "../../src/config/schema/config-schema.ts";
import { decideAttempt } from "../../src/domain/decide/decide-attempt.ts";
import { noUsage } from "../../src/domain/budget/usage.ts";
import { isPassed } from "../../src/domain/evidence.ts";
import { defaultRetryLimits } from "../../src/domain/failure/retry-policy.ts";
import { asAttemptId, asCommitId, asJobId, asSlotId, asTaskId, asWorkerId } from "../../src/domain/ids.ts";
import type { AttemptOutcome } from "../../src/domain/model.ts";
import type { JobDesk } from "../../src/orchestration/desk.ts";
import { prove } from "../../src/orchestration/prove.ts";
import { localPlace } from "../../src/places/local/local-place.ts";
import type { AttemptProof } from "../../src/state/attempts.ts";
import { stateMigrations } from "../../src/state/migrations.ts";
import type { StateTables } from "../../src/state/schema.ts";
import { StateManager } from "../../src/state/state-manager.ts";
import { openSqliteStore } from "../../src/stores/sqlite/sqlite-store.ts";
import { silentLogger } from "../../src/telemetry/port.ts";
import { createRedactor } from "../../src/telemetry/redact.ts";
import { createSlot, openRepository, type Slot } from "../../src/workspace/index.ts";
import type { LabelledOutcome } from "./read-outcomes.ts";

export type JudgedOutcome = {
  readonly outcome: LabelledOutcome;
  readonly decision: ReturnType<typeof decideAttempt>;
  readonly proof: AttemptProof;
};

const run = promisify(execFile);
const { redact, redactJson } = createRedactor({});
const jobId = asJobId("outcomes-0001");
const taskId = asTaskId(`${jobId}/task`);

/** Does what the agent did in a slot of a real repository, and has it proved and decided on as in a job, without any model. */
export async function judgeOutcome(outcome: LabelledOutcome): Promise<JudgedOutcome> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tutti-outcome-")));
  try {
    const root = join(folder, "project");
    const baseCommit = asCommitId(await baseRepository(root, outcome.before));
    const repo = await openRepository(root);
    const slot = await createSlot({
      repo,
      path: join(folder, "slot"),
      slotId: asSlotId("s1"),
      base: baseCommit,
      jobId,
    });
    await work(slot.path, outcome.change);
    const said = saidBy(outcome);
    const store = await openSqliteStore<StateTables>({ path: join(folder, "state.db"), migrations: stateMigrations });
    const state = new StateManager({ store, now: Date.now });
    const proof = await prove(deskFor(outcome, slot, state), {
      slot,
      lease: { taskId, fence: { round: 1, token: 1 }, workerId: asWorkerId("w1") },
      begun: {
        id: asAttemptId(`${taskId}#1`),
        number: 1,
        baseCommit,
        feedback: undefined,
        isContinuation: false,
        slotId: slot.slotId,
        conversation: "c1",
        model: undefined,
      },
      outcome: said,
      signal: new AbortController().signal,
    });
    await store.close();
    return { outcome, proof, decision: decisionOn(proof) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function baseRepository(root: string, files: Readonly<Record<string, string>>): Promise<string> {
  await mkdir(root);
  await writeAll(root, files);
  const env = { PATH: process.env["PATH"], HOME: root, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const person = ["-c", "user.name=A Person", "-c", "user.email=person@example.com", "-c", "commit.gpgsign=false"];
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run("git", [...person, ...args], { cwd: root, env })).stdout.trim();
  await git("init", "-q", "-b", "main");
  await git("add", "-A", "-f");
  await git("commit", "-q", "--allow-empty", "-m", "base");
  return git("rev-parse", "HEAD");
}

async function writeAll(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

async function work(root: string, change: LabelledOutcome["change"]): Promise<void> {
  for (const path of change.delete ?? []) await rm(join(root, path), { recursive: true });
  await writeAll(root, change.write ?? {});
  for (const [path, mode] of Object.entries(change.chmod ?? {})) await chmod(join(root, path), octal(mode));
  for (const [path, target] of Object.entries(change.symlink ?? {})) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await rm(join(root, path), { force: true });
    await symlink(target, join(root, path));
  }
}

/** `"755"`, `755` and `0o755` mean the same. */
const octal = (mode: string | number): number => {
  const text = String(mode).replace(/^0o?/, "");
  return typeof mode === "number" && !/^[0-7]{3,4}$/.test(text) ? mode : Number.parseInt(text, 8);
};

function saidBy({ says, result, isTruncated }: LabelledOutcome): AttemptOutcome {
  return {
    status: "finished",
    text: redact(says),
    usage: noUsage,
    durationMs: 1,
    permissionDenials: [],
    ...(result === undefined ? {} : { result: redactJson(result) }),
    ...(isTruncated ? { isTruncated: true } : {}),
  };
}

/** As much of a worker as proving needs. What is asked for as a structured result comes through the job API. */
function deskFor({ task, gates, resultSchema }: LabelledOutcome, slot: Slot, state: StateManager): JobDesk {
  const config = completeConfig(configSchema.parse({ gates }));
  const spec = {
    key: "task",
    dependsOn: [],
    priority: 5,
    ...task,
    ...(resultSchema === undefined ? {} : { resultSchema }),
  };
  const services = {
    // Nothing but the task itself is known of the job.
    state: Object.assign(Object.create(state), state, { tasks: { get: () => Promise.resolve({ spec }) } }),
    now: Date.now,
    logger: silentLogger,
    repo: slot.repo,
    place: localPlace(),
    plugins: [],
    commandEnv: { PATH: process.env["PATH"] ?? "", HOME: slot.path },
    redact,
    redactJson,
    fault: () => undefined,
  };
  const options = jobSettings(config, slot.path, { cores: 2, freeMemoryBytes: 8e9 });
  const job = { id: jobId, options, strategy: resultSchema === undefined ? "manager" : "manual" };
  return { services, job } as unknown as JobDesk;
}

const decisionOn = (proof: AttemptProof): ReturnType<typeof decideAttempt> =>
  decideAttempt({
    outcome: { status: "finished" },
    validation: proof.verdict,
    gates: proof.gates.map((gate) => ({
      name: gate.name,
      status: isPassed(gate) ? "passed" : "failed",
      summary: `exit code ${gate.exitCode}`,
    })),
    quality: proof.quality,
    earlierFailures: [],
    limits: defaultRetryLimits,
  });
