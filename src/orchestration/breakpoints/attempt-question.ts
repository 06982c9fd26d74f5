import type { BreakpointAnswerName, BreakpointKind } from "../../domain/breakpoint/answers.ts";
import type { RuleVerdict } from "../../domain/breakpoint/apply-rules.ts";
import type { BreakpointContext, BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import { totalUsage } from "../../domain/budget/usage.ts";
import type { JobDesk } from "../desk.ts";
import { changedPaths, limitOf, type Decided } from "./attempt-facts.ts";

export type Question = Decided & {
  readonly kind: BreakpointKind;
  /** The rule that asks. */
  readonly verdict?: RuleVerdict | undefined;
  /** Default: all that the kind has. */
  readonly options?: readonly BreakpointAnswerName[];
  /** What the supervisor model said. */
  readonly supervisor?: string;
};

const maxPaths = 50;
const maxSaid = 4_000;

/** Puts together what a person has to know of an attempt to decide. */
export async function attemptQuestion(desk: JobDesk, question: Question): Promise<BreakpointRequest> {
  const { kind, verdict, options, lease } = question;
  const { key } = await desk.services.state.tasks.get(lease.taskId);
  return {
    kind,
    question: desk.services.redact(verdict?.message ?? usualQuestions[kind](key)),
    context: await contextOf(desk, question),
    ...(verdict === undefined ? {} : { rule: verdict.rule }),
    ...(verdict?.timeoutMs === undefined ? {} : { timeoutMs: verdict.timeoutMs }),
    ...(options === undefined ? {} : { options }),
  };
}

const usualQuestions: Readonly<Record<BreakpointKind, (task: string) => string>> = {
  plan: () => "Carry out this plan?",
  "before-merge": (task) => `Merge the work on ${task}?`,
  unproven: (task) => `Only a person may let the work on ${task} through. Merge it as it stands?`,
  question: (task) => `The agent of ${task} asks something. What is the answer?`,
  permission: (task) => `The agent of ${task} asks for a permission. May it?`,
  budget: (task) => `${task} has cost all that it may. Shall it go on?`,
  stall: (task) => `The agent of ${task} makes no progress. What now?`,
  crash: (task) => `The agent of ${task} died again and again. What now?`,
  failure: (task) => `${task} would fail. What now?`,
  conflict: (task) => `The work on ${task} does not fit onto the job branch. What now?`,
  approval: (task) => `A workflow asks about ${task}. May it go on?`,
};

async function contextOf(desk: JobDesk, question: Question): Promise<BreakpointContext> {
  const { outcome, proof, decision, supervisor } = question;
  const { services } = desk;
  const limitUsd = limitOf(outcome);
  const { tool, input } = outcome.error?.context ?? {};
  return {
    reasons: decision.reasons.map((reason) => services.redact(reason)),
    ...(proof === null ? {} : await workContext(desk, question, proof)),
    ...(decision.confidence === undefined
      ? {}
      : { confidence: decision.confidence.score, isCalibrated: decision.confidence.isCalibrated }),
    costUsd: totalUsage(await services.state.sessions.usageOfTask(question.lease.taskId)).costUsd,
    ...(limitUsd === undefined ? {} : { limitUsd }),
    ...(outcome.text === "" ? {} : { said: services.redact(outcome.text.slice(-maxSaid)) }),
    ...(typeof tool === "string" ? { tool, ...(input === undefined ? {} : { input }) } : {}),
    ...(supervisor === undefined ? {} : { supervisor: services.redact(supervisor) }),
  };
}

async function workContext(desk: JobDesk, { begun }: Question, proof: NonNullable<Decided["proof"]>) {
  const paths = await changedPaths(desk, { from: begun.baseCommit, to: proof.snapshotCommit });
  return {
    diff: proof.diff,
    paths: paths.slice(0, maxPaths),
    gates: proof.gates.map(({ name, isOk }) => ({ name, isOk })),
  };
}
