import type { RestoredFacts } from "../../state/jobs/restored.ts";

/** What the person should know after their database was replaced. */
export type StateRestored = RestoredFacts & {
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly problems: readonly string[];
  /** Absent: the file itself was sound without its log. */
  readonly backup?: string;
};

/** What was damaged, what was done, what is lost, and where everything is: one block. */
export function restoredLines(restored: StateRestored): readonly string[] {
  const { at, stateOf, problems, backup, setAside, completed, rescued, unknownJobs } = restored;
  const age = `${new Date(stateOf).toISOString()}, ${minutes(at - stateOf)} before`;
  return [
    `The database of this project was damaged: ${problems[0] ?? ""}`,
    `  restored   ${backup === undefined ? "the file without its log" : "the last good backup"}, as of ${age}`,
    `  kept       the damaged files, in ${setAside}`,
    "  lost       what was recorded between: costs, events, decisions, plans",
    ...(completed.length === 0 ? [] : [`  completed  merged meanwhile, as git knows: ${completed.join(", ")}`]),
    ...(rescued.length === 0
      ? []
      : [`  rescued    ${count(rescued.length, "piece")} of later work: tutti rescue list`]),
    ...unknownJobs.map((id) => `  unknown    job ${id} was begun later; what it merged stands on tutti/${id}`),
  ];
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

function minutes(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 120 ? count(seconds, "second") : count(Math.round(seconds / 60), "minute");
}
