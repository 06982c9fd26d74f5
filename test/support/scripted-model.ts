import { stringify } from "yaml";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";

type Turn = Readonly<Record<string, unknown>>;
type PlannedTask = { readonly key: string } & Readonly<Record<string, unknown>>;

export type Script = {
  readonly tasks: readonly PlannedTask[];
  /** By task key, or `key#attempt`. */
  readonly workers: Readonly<Record<string, readonly Turn[]>>;
  readonly resolver?: readonly Turn[];
  readonly reviewer?: readonly Turn[];
  readonly manager?: readonly Turn[];
  /** What the supervisor says to a review, where it is asked through Claude Code. */
  readonly supervisor?: readonly Turn[];
};

const review = { verdict: "reached", summary: "The scripted work is there.", findings: [], nextSteps: ["Merge it."] };

/** A plan's task with what the schema asks for filled in. */
const planned = (task: PlannedTask): PlannedTask => ({
  title: `Do ${task.key}`,
  prompt: `Do the work of ${task.key}.`,
  ...task,
});

/** Starts a model server that answers as the script says: specific attempts first. */
export async function scriptedModel(script: Script): Promise<Simulator> {
  const workers = Object.entries(script.workers)
    .map(([name, turns]) => {
      const [task, attempt] = name.split("#");
      return { match: { role: "worker", task, ...(attempt === undefined ? {} : { attempt: Number(attempt) }) }, turns };
    })
    .toSorted((a, b) => Number("attempt" in b.match) - Number("attempt" in a.match));
  const rules = [
    ...(script.supervisor === undefined ? [] : [{ match: { system: "Purpose: review." }, turns: script.supervisor }]),
    {
      match: { role: "manager" },
      turns: script.manager ?? [{ structured: { summary: "A scripted plan.", tasks: script.tasks.map(planned) } }],
    },
    ...workers,
    ...(script.resolver === undefined ? [] : [{ match: { role: "resolver" }, turns: script.resolver }]),
    { match: { role: "reviewer" }, turns: script.reviewer ?? [{ structured: review }] },
  ];
  return startSimulator({ scenario: parseScenario(stringify({ rules }), "scenario.yaml") });
}

export const says = (text: string): Turn => ({ says: text });
export const writes = (files: Readonly<Record<string, string>>): Turn => ({ writes: files });
