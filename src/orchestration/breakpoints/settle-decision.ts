import type { BreakpointKind } from "../../domain/breakpoint/answers.ts";
import type { RuleVerdict } from "../../domain/breakpoint/apply-rules.ts";
import { tallyFailures } from "../../domain/failure/failure-tally.ts";
import { defaultRetryLimits } from "../../domain/failure/retry-policy.ts";
import type { AttemptDecision } from "../../domain/model.ts";
import type { JobDesk } from "../desk.ts";
import { isReadOnly } from "../profiles/task-agent.ts";
import { isOverTaskBudget } from "../budget/spending.ts";
import { askRules } from "./ask-rules.ts";
import { attemptFacts, type Decided } from "./attempt-facts.ts";
import { adviceOnStall } from "./stall-ladder.ts";
import { attemptQuestion, type Question } from "./attempt-question.ts";

/**
 * What the rules, and after them a person, make of a decision. Everything that has a task wait for a person leaves here with its
 * question.
 */
export async function settleDecision(desk: JobDesk, decided: Decided): Promise<AttemptDecision> {
  const kind = kindOf(decided);
  if (kind === undefined) return decided.decision;
  if (kind === "before-merge" && (await isReadOnly(desk, decided.lease.taskId))) return decided.decision;
  if (kind === "permission") return ask(desk, { ...decided, kind, verdict: verdictOfTurn(decided) });
  const verdict = await askRules(desk, kind, () => attemptFacts(desk, kind, decided));
  if (verdict?.action === "deny") return denied(decided.decision, verdict);
  if (verdict?.action === "approve") return approved(decided.decision, verdict);
  if (verdict !== undefined) return ask(desk, { ...decided, kind, verdict });
  if (kind === "crash" && decided.decision.action === "retry") return afterDeath(desk, decided);
  if (!asksAnyway(kind, decided.decision)) return decided.decision;
  return kind === "stall" ? askOnStall(desk, decided) : ask(desk, { ...decided, kind });
}

/** Deaths in a row after which it is no longer the same conversation in the same slot that goes on. */
const deathsBeforeFreshStart = defaultRetryLimits.maxKilled - 1;

/** What made its process die again and again may be what stands in its slot, or in its conversation. */
async function afterDeath(desk: JobDesk, { lease, decision }: Decided): Promise<AttemptDecision> {
  const before = await desk.services.state.attempts.failureClasses(lease.taskId);
  if (tallyFailures([...before, "killed"]).killed !== deathsBeforeFreshStart) return decision;
  const reason = "It begins anew, with another conversation in a slot that was cleaned.";
  const change = decision.change?.map((each) => (each === "same-conversation" ? "fresh-start" : each));
  const anew = { countsAsAttempt: true, resumeSession: false, reasons: [reason, ...decision.reasons] };
  return { ...decision, ...anew, ...(change === undefined ? {} : { change }) };
}

/** The rules have nothing to say: then the supervisor model, then a person. */
async function askOnStall(desk: JobDesk, decided: Decided): Promise<AttemptDecision> {
  const advice = await adviceOnStall(desk, decided);
  if ("retry" in advice) return advice.retry;
  return ask(desk, { ...decided, kind: "stall", supervisor: advice.supervisor });
}

/** At which breakpoint a decided attempt stands; `undefined`: at none, whatever the rules say. */
function kindOf({ outcome, proof, decision }: Decided): BreakpointKind | undefined {
  const { error } = outcome;
  if (error?.code === "PERMISSION_REQUIRED") return "permission";
  if (error !== undefined && isOverTaskBudget(error)) return "budget";
  if (decision.action === "accept") return "before-merge";
  if (decision.action === "pause") return undefined;
  if (isQuestion(proof)) return "question";
  if (decision.failureClass === "stuck") return "stall";
  if (decision.failureClass === "killed") return "crash";
  if (decision.action === "ask") return proof === null ? "failure" : "unproven";
  return decision.action === "fail" || decision.action === "replan" ? "failure" : undefined;
}

const isQuestion = (proof: Decided["proof"]): boolean =>
  proof?.verdict.ok === false && proof.verdict.problems.some(({ code }) => code === "question-instead-of-work");

/** Without a rule: what is left to a person, and what would end for good though nothing says that the work is bad. */
const asksAnyway = (kind: BreakpointKind, { action }: AttemptDecision): boolean =>
  action === "ask" || (action === "fail" && (kind === "stall" || kind === "crash"));

/** The rule that asked while the turn ran. */
function verdictOfTurn({ outcome }: Decided): RuleVerdict | undefined {
  const { rule, message, timeoutMs } = outcome.error?.context ?? {};
  if (typeof rule !== "string") return undefined;
  return {
    action: "ask",
    rule,
    message: typeof message === "string" ? message : undefined,
    timeoutMs: typeof timeoutMs === "number" ? timeoutMs : undefined,
  };
}

/** The answer goes into the conversation that asked: its slot stays as it is. */
const goesOn: ReadonlySet<BreakpointKind> = new Set<BreakpointKind>(["question", "permission", "budget", "stall"]);

/** Where these have no feedback there is none: a replayed result whose gate could not be run may be replayed again. */
const saysAllItHas: ReadonlySet<AttemptDecision["action"]> = new Set<AttemptDecision["action"]>(["accept", "ask"]);

export async function ask(desk: JobDesk, question: Question): Promise<AttemptDecision> {
  const { kind, decision, verdict } = question;
  const rule = verdict === undefined ? [] : [`The rule ${verdict.rule} asks a person.`];
  return {
    ...decision,
    action: "ask",
    reasons: [...rule, ...decision.reasons],
    countsAsAttempt: false,
    resumeSession: goesOn.has(kind),
    delayMs: 0,
    feedback: decision.feedback ?? (saysAllItHas.has(decision.action) ? undefined : decision.reasons.join("\n")),
    breakpoint: await attemptQuestion(desk, question),
  };
}

const approved = (decision: AttemptDecision, { rule }: RuleVerdict): AttemptDecision => ({
  ...decision,
  action: "accept",
  reasons: [`The rule ${rule} approves it.`, ...decision.reasons],
  countsAsAttempt: false,
  resumeSession: false,
  delayMs: 0,
  approvedBy: `rule ${rule}`,
});

const denied = (decision: AttemptDecision, { rule, message }: RuleVerdict): AttemptDecision => ({
  ...decision,
  action: "fail",
  failureClass: decision.failureClass ?? "permanent",
  reasons: [message ?? `The rule ${rule} forbids it.`, ...decision.reasons],
  countsAsAttempt: false,
  resumeSession: false,
  delayMs: 0,
});
