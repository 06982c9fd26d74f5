import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { completeConfig } from "../../src/config/config.ts";
import { jobSettings } from "../../src/config/job-settings.ts";
import { configSchema } from "../../src/config/schema/config-schema.ts";
import { decideAttempt } from "../../src/domain/decide/decide-attempt.ts";
import { noUsage } from "../../src/domain/budget/usage.ts";
import { isPassed } from "../../src/domain/evidence.ts";
import { defaultRetryLimits } from "../../src/domain/failure/retry-policy.ts";
import { asAttemptId, asJobId, asSlotId, asTaskId, asWorkerId } from "../../src/domain/ids.ts";
import type { AttemptOutcome } from "../../src/domain/model.ts";
import type { JobDesk } from "../../src/orchestration/desk.ts";
import { prove } from "../../src/orchestration/proof/prove.ts";
import { qualityRules } from "../../src/domain/quality/rules/quality-rules.ts";
import { answerRuleNames } from "../../src/domain/validate/answer-rules.ts";
import { localPlace } from "../../src/places/local/local-place.ts";
import type { AttemptProof } from "../../src/state/attempts/attempts.ts";
import type { StateManager } from "../../src/state/state-manager.ts";
import { silentLogger } from "../../src/telemetry/port.ts";
import { createRedactor } from "../../src/telemetry/redact.ts";
import type { Supervisor } from "../../src/supervision/supervisor.ts";
import { createSlot, type Slot } from "../../src/workspace/index.ts";
import type { OutcomesPlace } from "./outcomes-place.ts";
import type { LabelledOutcome } from "./read-outcomes.ts";

export type JudgeSettings = {
  readonly proveOnBase: boolean;
  /** Who reviews; absent: nobody. */
  readonly supervisor?: Supervisor;
  /** `off`: gates, and what was said and changed at all, are looked at as ever; nothing else is before the review. Default `on`. */
  readonly rules?: "on" | "off";
};

export type JudgedOutcome = {
  readonly outcome: LabelledOutcome;
  /** By rules alone, whoever reviews. */
  readonly decision: ReturnType<typeof decideAttempt>;
  /** The decision with `quality.unproved: ask`. */
  readonly withAsking: ReturnType<typeof decideAttempt>;
  /** With what the supervisor says; the same as `decision` when nobody reviews. */
  readonly withReview: ReturnType<typeof decideAttempt>;
  readonly proof: AttemptProof;
};

const { redact, redactJson } = createRedactor({});
const jobId = asJobId("outcomes-0001");

/** Does what the agent did in a slot of a real repository, and has it proved and decided on as in a job, without any model. */
export async function judgeOutcome(
  outcome: LabelledOutcome,
  index: number,
  { folder, repo, state, bases }: OutcomesPlace,
  settings: JudgeSettings,
): Promise<JudgedOutcome> {
  const baseCommit = bases[index];
  if (baseCommit === undefined) throw new Error(`no commit for ${outcome.name}`);
  const slotId = asSlotId(`s${index + 1}`);
  const taskId = asTaskId(`${jobId}/task-${index + 1}`);
  const slot = await createSlot({ repo, path: join(folder, slotId), slotId, base: baseCommit, jobId });
  await work(slot.path, outcome.change);
  const proof = await prove(deskFor(outcome, slot, { state, ...settings }), {
    slot,
    lease: { taskId, fence: { round: 1, token: 1 }, workerId: asWorkerId("w1") },
    begun: {
      id: asAttemptId(`${taskId}#1`),
      number: 1,
      baseCommit,
      feedback: undefined,
      isContinuation: false,
      slotId,
      conversation: "c1",
      model: undefined,
    },
    outcome: saidBy(outcome),
    signal: new AbortController().signal,
  });
  const byRules = withoutReview(proof);
  return {
    outcome,
    proof,
    decision: decisionOn(byRules, false),
    withAsking: decisionOn(byRules, true),
    withReview: decisionOn(proof, false),
  };
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
function deskFor(
  { task, gates, resultSchema }: LabelledOutcome,
  slot: Slot,
  { state, proveOnBase, supervisor, rules = "on" }: JudgeSettings & { readonly state: StateManager },
): JobDesk {
  // With these defaults, red is red whatever it was before: to look at the base would change no decision.
  const quality = { compareWithBase: false, proveOnBase, ...(rules === "on" ? {} : rulesOff) };
  const config = completeConfig(configSchema.parse({ gates, quality, watch: { enabled: false } }));
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
    supervisor,
    commandEnv: { PATH: process.env["PATH"] ?? "", HOME: slot.path },
    redact,
    redactJson,
    fault: () => undefined,
  };
  const options = jobSettings(config, slot.path, { cores: 2, freeMemoryBytes: 8e9 });
  const job = { id: jobId, options, strategy: resultSchema === undefined ? "manager" : "manual" };
  return { services, job, slots: { beside: slotBeside(slot, job.id) } } as unknown as JobDesk;
}

const rulesOff = {
  rules: Object.fromEntries(Object.keys(qualityRules).map((name) => [name, "off"])),
  answer: Object.fromEntries(answerRuleNames.map((name) => [name, false])),
};

/** Where gates are run without the change: a slot for each of them. */
function slotBeside({ repo, path, slotId }: Slot, job: typeof jobId): JobDesk["slots"]["beside"] {
  let count = 0;
  return async (base, _signal, use) => {
    count += 1;
    const own = { path: `${path}-base-${count}`, slotId: asSlotId(`${slotId}-base-${count}`) };
    return use(await createSlot({ repo, ...own, base, jobId: job }));
  };
}

/** As if nobody had been asked: the review is the last to judge, so that nothing else depends on it. */
function withoutReview(proof: AttemptProof): AttemptProof {
  const { quality } = proof;
  if (quality === undefined) return proof;
  const stages = quality.stages.filter(({ name }) => name !== "review");
  const level = quality.proof?.level === "reviewed" ? "unproved" : quality.proof?.level;
  return {
    ...proof,
    quality: { ...quality, stages, ...(quality.proof && level ? { proof: { ...quality.proof, level } } : {}) },
  };
}

const decisionOn = (proof: AttemptProof, asksUnproved: boolean): ReturnType<typeof decideAttempt> =>
  decideAttempt({
    outcome: { status: "finished" },
    validation: proof.verdict,
    gates: proof.gates.map((gate) => ({
      name: gate.name,
      status: isPassed(gate) ? "passed" : "failed",
      summary: `exit code ${gate.exitCode}`,
    })),
    quality: proof.quality,
    asksUnproved,
    earlierFailures: [],
    limits: defaultRetryLimits,
  });
