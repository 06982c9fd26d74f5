import { setTimeout as delay } from "node:timers/promises";

import type { AgentOutcome } from "../../agents/port.ts";
import { shareOf, spentBudget, type Budget, type Grant } from "../../domain/budget/budget.ts";
import { hasPrice } from "../../domain/budget/model-alias.ts";
import { noUsage } from "../../domain/budget/usage.ts";
import { errorToJson, type TuttiError } from "../../domain/errors.ts";
import { isStateTrouble } from "../../domain/failure/state-trouble.ts";
import type { Job } from "../../domain/model.ts";
import type { ReservedTurn } from "../../state/budgets/reservations.ts";
import { capsOfTurn, conversationLimitUsd, unpricedModel } from "../budget/caps.ts";
import { releaseDeadReservations } from "../budget/dead-reservations.ts";
import type { Services } from "../services.ts";
import { budgetExceeded, findOverdrawn } from "../budget/spending.ts";

export type Payer = Pick<Services, "state" | "projectBudget" | "now" | "place" | "logger">;

export type Payment = {
  readonly services: Payer;
  readonly job: Job;
  readonly turn: ReservedTurn;
  readonly role: string;
  readonly model: string;
  readonly signal: AbortSignal;
};

export type PaidTurn = {
  readonly outcome: AgentOutcome;
  /** It was cut because it had used up what it had set aside: with more, it can go on. */
  readonly needsMore: boolean;
};

type Play = (limits: { readonly signal: AbortSignal; readonly maxCostUsd?: number }) => Promise<AgentOutcome>;

const lookAgainMs = 1_000;

/**
 * Has a turn done with money that was set aside for it before: in one transaction, at every level with a limit. The agent ends
 * the turn when that is used up; what it has really cost counts from the moment at which it ends. While others hold all that
 * is left, the turn waits for them.
 * @returns a failure with the code `BUDGET_EXCEEDED` when nothing is left, `MODEL_UNPRICED` under a limit that could not hold
 * @throws when the signal aborts while it waits
 */
export async function payForTurn(payment: Payment, play: Play): Promise<PaidTurn> {
  const { services, job, turn, signal } = payment;
  const grant = await setAside(payment);
  if (grant.kind !== "granted") return { outcome: failed(grant.error), needsMore: false };
  if (!grant.isCapped) return { outcome: await play({ signal }), needsMore: false };
  let isCut = false;
  try {
    const outcome = await whileMoneyLasts(payment, (lasting) =>
      play({ signal: lasting, ...(grant.amountUsd === null ? {} : { maxCostUsd: grant.amountUsd }) }),
    );
    isCut = isTooDear(outcome);
    return { outcome, needsMore: isCut };
  } finally {
    await settleInTheEnd(payment, isCut);
    services.logger.debug("a turn was settled", { job: job.id, turn: `${turn.key}#${turn.turn}`, isCut });
  }
}

/** While the database is locked or has no room it is tried again: others wait for what this turn has set aside. */
async function settleInTheEnd({ services, turn }: Payment, isCut: boolean): Promise<void> {
  for (;;) {
    try {
      return await services.state.reservations.settle(turn, { isCut });
    } catch (error) {
      if (!isStateTrouble(error)) throw error;
      services.logger.warn("a turn could not be settled yet", { turn: `${turn.key}#${turn.turn}`, code: error.code });
    }
    await delay(lookAgainMs);
  }
}

type SetAside =
  | { readonly kind: "granted"; readonly amountUsd: number | null; readonly isCapped: boolean }
  | { readonly kind: "refused"; readonly error: TuttiError };

async function setAside(payment: Payment): Promise<SetAside> {
  const { services, job, turn, role, model, signal } = payment;
  const changes = services.state.events.watch();
  for (;;) {
    signal.throwIfAborted();
    const caps = await capsOfTurn(services, job, turn.taskId);
    const isCapped = conversationLimitUsd(caps, turn.taskId !== undefined) !== undefined;
    if (!isCapped) return { kind: "granted", amountUsd: null, isCapped };
    const isPriced = hasPrice(model, services.now(), services.projectBudget.prices);
    if (!isPriced && !caps.allowsUnpriced)
      return { kind: "refused", error: unpricedModel(model, settingOf(job, { role, model })) };
    const request = (chain: readonly Budget[]) => ({ shareUsd: shareFor(chain, payment), isPriced });
    const grant = await services.state.reservations.reserve(turn, caps, request);
    if (grant.kind === "granted") return { ...grant, isCapped };
    if (grant.kind === "refused") return { kind: "refused", error: budgetExceeded(grant, job) };
    await waitForOthers(services, { job, grant, changes, signal });
  }
}

function settingOf({ options }: Job, { role, model }: Pick<Payment, "role" | "model">): string {
  if (role !== "worker") return `models.${role}.model`;
  if (options.escalate?.includes(model) === true) return "models.worker.escalate";
  const profile = Object.entries(options.agents ?? {}).find(([, settings]) => settings.model === model);
  return profile === undefined ? "models.worker.model" : `agents.${profile[0]}.model`;
}

/** What a person says, else so much that all have room that may run beside it; nobody plans or reviews beside others. */
function shareFor(chain: readonly Budget[], { job, turn }: Payment): number | null {
  const { workers, maxCostUsdPerTurn } = job.options;
  const ofTasks = Math.min(workers, job.plan?.tasks.length ?? workers);
  return maxCostUsdPerTurn ?? shareOf(chain, { project: workers, job: turn.taskId === undefined ? 1 : ofTasks });
}

type Waiting = {
  readonly job: Job;
  readonly grant: Extract<Grant, { kind: "wait" }>;
  readonly changes: ReturnType<Services["state"]["events"]["watch"]>;
  readonly signal: AbortSignal;
};

async function waitForOthers(services: Payer, { job, grant, changes, signal }: Waiting): Promise<void> {
  services.logger.debug("a turn waits for money that others have set aside", { job: job.id, level: grant.level });
  await releaseDeadReservations(services, job.id);
  await changes.wait({ timeoutMs: lookAgainMs, signal });
}

/** A model's last request is told late: when that takes a level beyond its limit, the turns beside it end too. */
async function whileMoneyLasts(
  { services, job, turn, signal }: Payment,
  play: (signal: AbortSignal) => Promise<AgentOutcome>,
): Promise<AgentOutcome> {
  const [spent, ended] = [new AbortController(), new AbortController()];
  let reason: TuttiError | undefined;
  const watching = watchBudget(AbortSignal.any([signal, ended.signal]), async () => {
    const budget = await findOverdrawn(services, job, turn.taskId).catch((error: unknown) => {
      // It is looked at again; what the turn has come to must not be lost over it.
      services.logger.warn("a budget could not be looked at", { job: job.id, error: String(error) });
      return undefined;
    });
    if (budget === undefined) return false;
    reason = budgetExceeded(spentBudget(budget), job);
    spent.abort(reason);
    return true;
  });
  try {
    const outcome = await play(AbortSignal.any([signal, spent.signal]));
    if (outcome.status !== "failed" || reason === undefined || signal.aborted) return outcome;
    return { ...outcome, failure: { error: errorToJson(reason) } };
  } finally {
    ended.abort();
    await watching;
  }
}

/** No change wakes it: agents at work write many times a second, and one second more costs at most what one request does. */
async function watchBudget(stop: AbortSignal, look: () => Promise<boolean>): Promise<void> {
  while (!stop.aborted) {
    if (await look()) return;
    await delay(lookAgainMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** By the limit of its own turn, not by one of the tree. */
const isTooDear = (outcome: AgentOutcome): boolean =>
  outcome.status === "failed" &&
  outcome.failure.error.code === "BUDGET_EXCEEDED" &&
  outcome.failure.error.context["level"] === undefined;

const failed = (error: TuttiError): AgentOutcome => ({
  status: "failed",
  text: "",
  usage: noUsage,
  permissionDenials: [],
  durationMs: 0,
  failure: { error: errorToJson(error) },
});
