import type { WorkflowFlow } from "../../workflow/flow.ts";
import { checkOptions } from "../port.ts";
import { runCommands, unjudged, unmetOf, withClaims } from "./criteria.ts";
import type { Refusal } from "./registry.ts";
import { roundOfOneSession, roundOfTasks } from "./round.ts";
import {
  superviseSchema,
  type Delegation,
  type JudgedCriterion,
  type SuperviseForm,
  type SuperviseOptions,
  type SuperviseResult,
} from "./supervise-options.ts";

/**
 * Has an agent delegate work to others, round after round, until every acceptance criterion is met. What was delegated and what came
 * of it is kept by the run: each round is a question of its own with all of that in it. Commands are run by us; nobody's word counts.
 *
 * Its own end is a result, also when criteria are not met.
 * @throws {TuttiError} `WORKFLOW_INVALID` for wrong options, `WORKFLOW_AGENT_FAILED` when the supervisor itself fails
 */
export async function supervise(flow: WorkflowFlow, options: SuperviseOptions): Promise<SuperviseResult> {
  checkOptions("supervise", superviseSchema, options);
  return flow.group(options.label ?? "supervisor", () => inRounds(flow, options), { pattern: "supervisor" });
}

/** More workers would hold more than one session can. */
const maxLightWorkers = 8;

function formOf({ form = "auto", access, workers }: SuperviseOptions): SuperviseForm {
  if (form !== "auto") return form;
  return access === "read" && Object.keys(workers).length <= maxLightWorkers ? "light" : "tasks";
}

type State = {
  readonly criteria: readonly JudgedCriterion[];
  readonly registry: readonly Delegation[];
  readonly refused: readonly Refusal[];
  /** Criteria that were met at some time. */
  readonly everMet: readonly string[];
  /** Rounds in a row that brought nothing. */
  readonly idleRounds: number;
  readonly reason: string;
};

const defaultMaxRounds = 10;
const maxIdleRounds = 2;

async function inRounds(flow: WorkflowFlow, options: SuperviseOptions): Promise<SuperviseResult> {
  const { maxRounds = defaultMaxRounds } = options;
  const form = formOf(options);
  const criteria = await runCommands(flow, options.acceptance, unjudged(options.acceptance));
  let state: State = { criteria, registry: [], refused: [], everMet: metIds(criteria), idleRounds: 0, reason: "" };
  const end = (status: SuperviseResult["status"], reason: string, rounds: number): SuperviseResult => {
    const { criteria, registry } = state;
    return { status, reason, form, rounds, criteria, delegated: registry };
  };
  if (isMet(state)) return end("met", "Everything was met before anything was done", 0);
  for (let round = 1; round <= maxRounds; round += 1) {
    const next = await oneRound(flow, options, { state, place: { round, maxRounds, form } });
    state = next.state;
    if (next.ended !== undefined) return end(next.ended, state.reason, round);
  }
  return end(
    "max-rounds",
    `${unmetOf(state.criteria).length} criteria are not met after ${maxRounds} rounds`,
    maxRounds,
  );
}

const metIds = (criteria: readonly JudgedCriterion[]): readonly string[] =>
  criteria.filter(({ isMet }) => isMet).map(({ id }) => id);

const isMet = ({ criteria }: Pick<State, "criteria">): boolean => unmetOf(criteria).length === 0;

type Place = { readonly round: number; readonly maxRounds: number; readonly form: SuperviseForm };

type Next = { readonly state: State; readonly ended?: "met" | "stuck" };

async function oneRound(
  flow: WorkflowFlow,
  options: SuperviseOptions,
  { state, place }: { readonly state: State; readonly place: Place },
): Promise<Next> {
  const ask = place.form === "light" ? roundOfOneSession : roundOfTasks;
  const { claims, isDone, reason, refused, carryOut } = await ask(flow, options, { ...place, ...state });
  const claimed = withClaims(state.criteria, claims);
  if (place.form === "tasks" && isMet({ criteria: claimed })) {
    return { state: { ...state, criteria: claimed, reason }, ended: "met" };
  }
  const done = await carryOut();
  const criteria = done.length === 0 ? claimed : await runCommands(flow, options.acceptance, claimed);
  const next = { ...state, ...progress(state, { criteria, done, form: place.form }), refused, reason };
  await flow.log(`Round ${place.round}: ${done.length} delegated, ${unmetOf(criteria).length} criteria not met`);
  if (isMet(next) && isJudgedAfterwards(criteria, place.form)) return { state: next, ended: "met" };
  const hasGivenUp = isDone && unmetOf(claimed).some(({ judgedBy }) => judgedBy === "supervisor");
  const isStuck = hasGivenUp || next.idleRounds >= maxIdleRounds;
  return isStuck ? { state: next, ended: "stuck" } : { state: next };
}

/** What the supervisor said before the others changed files is no judgement on what is there now. */
const isJudgedAfterwards = (criteria: readonly JudgedCriterion[], form: SuperviseForm): boolean =>
  form === "light" || criteria.every(({ judgedBy }) => judgedBy === "command");

type Brought = {
  readonly criteria: readonly JudgedCriterion[];
  readonly done: readonly Delegation[];
  readonly form: SuperviseForm;
};

/** In one session only a criterion that is met for the first time is progress; as tasks, work that was completed is too. */
function progress(state: State, { criteria, done, form }: Brought): Omit<State, "refused" | "reason"> {
  const newlyMet = metIds(criteria).filter((id) => !state.everMet.includes(id));
  const hasWorked = form === "tasks" && done.some(({ status }) => status === "completed");
  const isIdle = newlyMet.length === 0 && !hasWorked;
  return {
    criteria,
    registry: [...state.registry, ...done],
    everMet: [...state.everMet, ...newlyMet],
    idleRounds: isIdle ? state.idleRounds + 1 : 0,
  };
}
