import { TuttiError } from "../errors.ts";

/**
 * What a person is asked about.
 *
 * - `plan` a plan, before anything of it is carried out
 * - `before-merge` work that proved good, before it is merged
 * - `unproven` work that only a person may let through: protected files, a gate that can't run
 * - `question` the agent asked instead of working
 * - `permission` a tool call that neither the agent's mode nor a rule allows
 * - `budget` a task or a job has cost all that it may
 * - `stall` an agent that did nothing, again and again
 * - `crash` an agent whose process died, again and again
 * - `failure` work that would fail for good
 * - `conflict` work that does not fit onto the job branch
 * - `approval` a workflow's own question
 */
export const breakpointKinds = [
  "plan",
  "before-merge",
  "unproven",
  "question",
  "permission",
  "budget",
  "stall",
  "crash",
  "failure",
  "conflict",
  "approval",
] as const;

export type BreakpointKind = (typeof breakpointKinds)[number];

/** What an answer does. */
export type BreakpointEffect =
  /** The work is merged as it stands. */
  | "accept"
  /** The merge is tried again, with what a person has mended. */
  | "merge-again"
  /** A new attempt, told the person's words. */
  | "again"
  /** The same attempt goes on in the same conversation. */
  | "go-on"
  | "fail"
  /** The whole job ends. */
  | "cancel"
  /** Whoever waits for it acts on it. */
  | "none";

export const breakpointAnswers = [
  "approve",
  "reject",
  "retry",
  "answer",
  "allow",
  "allow-for-job",
  "deny",
  "raise",
  "stop",
  "wait",
] as const;

export type BreakpointAnswerName = (typeof breakpointAnswers)[number];

type Option = { readonly effect: BreakpointEffect; readonly means: string };
type Options = Partial<Record<BreakpointAnswerName, Option>>;

const again: Option = { effect: "again", means: "a new attempt; your note is told to its agent" };
const fails: Option = { effect: "fail", means: "the task fails" };
const lettingThrough: Options = {
  approve: { effect: "accept", means: "the work is merged as it stands" },
  retry: again,
  reject: fails,
};

const optionsByKind: Readonly<Record<BreakpointKind, Options>> = {
  plan: {
    approve: { effect: "none", means: "the plan is carried out" },
    reject: { effect: "none", means: "the job is cancelled" },
  },
  "before-merge": lettingThrough,
  unproven: lettingThrough,
  question: {
    answer: { effect: "go-on", means: "your note goes into the agent's conversation, and it goes on" },
    reject: fails,
  },
  permission: {
    allow: { effect: "go-on", means: "this call, in this attempt" },
    "allow-for-job": {
      effect: "go-on",
      means: "every later call of this tool in this job that the same rule asks about",
    },
    deny: { effect: "go-on", means: "the agent is told no, with your note, and goes on; holds for the task" },
  },
  budget: {
    raise: { effect: "go-on", means: "it may cost --amount more, and goes on" },
    stop: fails,
  },
  stall: {
    wait: { effect: "go-on", means: "the same conversation goes on" },
    retry: again,
    reject: fails,
  },
  crash: { retry: again, reject: fails },
  failure: { retry: again, reject: fails },
  conflict: {
    approve: { effect: "merge-again", means: "the merge is tried again, with what you mended" },
    retry: again,
    reject: fails,
  },
  approval: {
    approve: { effect: "none", means: "the workflow goes on with a yes, and with your note" },
    reject: { effect: "none", means: "the workflow goes on with a no, and with your note" },
  },
};

const stop: Option = { effect: "cancel", means: "the job is cancelled; what was merged stays" };

/** Of those that are about a whole job. */
const optionsOfJobs: Partial<Record<BreakpointKind, Options>> = {
  budget: { raise: { effect: "none", means: "the job may cost --amount more; go on with tutti resume" }, stop },
  failure: {
    retry: { effect: "none", means: "what failed is no reason to stand still; go on with tutti resume" },
    stop,
  },
};

type About = { readonly kind: BreakpointKind; readonly isOfJob: boolean };

const tableOf = ({ kind, isOfJob }: About): Options =>
  (isOfJob ? optionsOfJobs[kind] : undefined) ?? optionsByKind[kind];

const optionOf = (about: About, answer: BreakpointAnswerName): Option => {
  const option = tableOf(about)[answer];
  if (option !== undefined) return option;
  throw new TuttiError("INTERNAL", `A breakpoint of kind ${about.kind} has no answer ${answer}`, {
    failureClass: "bug",
  });
};

/** Every answer that a kind has, the one that lets most through first. */
export const answersOf = (about: About): readonly BreakpointAnswerName[] =>
  breakpointAnswers.filter((answer) => tableOf(about)[answer] !== undefined);

export const effectOf = (about: About, answer: BreakpointAnswerName): BreakpointEffect =>
  optionOf(about, answer).effect;

export const meaningOf = (about: About, answer: BreakpointAnswerName): string => optionOf(about, answer).means;

/** The answer when nobody gives one in time: always no. */
export function refusalOf(about: About): BreakpointAnswerName {
  if (about.kind === "permission") return "deny";
  return tableOf(about).stop === undefined ? "reject" : "stop";
}
