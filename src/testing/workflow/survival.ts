import type { SqlSession } from "../../engine/embedded/sql-store.ts";
import type { Effect } from "./effect-log.ts";

/** A run as its journal has it. */
export type RunFacts = {
  readonly run: string;
  /** Status with output or error, as text. */
  readonly outcome: string;
  /** `<scope>@<position>` to kind, name and state. */
  readonly journal: ReadonlyMap<string, string>;
};

export function factsOf(session: Pick<SqlSession, "all" | "get">, run: string): RunFacts {
  const row = session.get("SELECT status, output, error FROM engine_runs WHERE run_id = ?", run) ?? {};
  const steps = session.all("SELECT scope, position, kind, name, state FROM engine_steps WHERE run_id = ?", run);
  return {
    run,
    outcome: [row["status"], row["output"] ?? row["error"]].map(String).join(" ").replaceAll(run, "<run>"),
    journal: new Map(
      steps.map((step) => [
        `${String(step["scope"])}@${String(step["position"])}`,
        `${String(step["kind"])} ${String(step["name"])} ${String(step["state"])}`.replaceAll(run, "<run>"),
      ]),
    ),
  };
}

export type Survivor = {
  readonly facts: RunFacts;
  readonly effects: readonly Effect[];
  /** What was recorded when its first, second, … life ended. */
  readonly deaths: readonly RunFacts[];
};

/** What a run that was killed and went on has done otherwise than one that nobody disturbed. Nothing is as it must be. */
export function differences(whole: Survivor, survivor: Survivor): readonly string[] {
  return [
    ...differentOutcome(whole.facts, survivor.facts),
    ...differentJournal(whole.facts.journal, survivor.facts.journal),
    ...differentCalls(callsOf(whole), callsOf(survivor)),
    ...survivor.deaths.flatMap((death, index) => repeated(survivor.effects, death, index + 1)),
  ];
}

const differentOutcome = (whole: RunFacts, facts: RunFacts): readonly string[] =>
  whole.outcome === facts.outcome ? [] : [`it came to ${facts.outcome}, undisturbed to ${whole.outcome}`];

function differentJournal(whole: RunFacts["journal"], own: RunFacts["journal"]): readonly string[] {
  const nodes = [...new Set([...whole.keys(), ...own.keys()])];
  return nodes
    .filter((node) => whole.get(node) !== own.get(node))
    .map((node) => `at ${node} stands ${own.get(node) ?? "nothing"}, undisturbed ${whole.get(node) ?? "nothing"}`);
}

/** How often each call of an agent or command was carried out. */
function callsOf({ facts, effects }: Survivor): ReadonlyMap<string, number> {
  const calls = new Map<string, number>();
  for (const { event, key } of effects) {
    if (event !== "ended" || key === undefined) continue;
    const call = key.replaceAll(facts.run, "<run>");
    calls.set(call, (calls.get(call) ?? 0) + 1);
  }
  return calls;
}

function differentCalls(whole: ReadonlyMap<string, number>, own: ReadonlyMap<string, number>): readonly string[] {
  const calls = [...new Set([...whole.keys(), ...own.keys()])];
  return calls
    .filter((call) => whole.get(call) !== own.get(call))
    .map((call) => `${call} was carried out ${own.get(call) ?? 0} times, undisturbed ${whole.get(call) ?? 0} times`);
}

function repeated(effects: readonly Effect[], death: RunFacts, life: number): readonly string[] {
  return effects
    .filter((effect) => effect.life > life && effect.event === "begun")
    .filter(({ node }) => death.journal.has(node) && death.journal.get(node)?.endsWith(" open") !== true)
    .map(({ node, name }) => `${name} at ${node} was recorded in life ${life} and began again`);
}
