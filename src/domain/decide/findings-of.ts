import type { Finding } from "../feedback/analyze.ts";
import type { AttemptEvidence } from "./attempt-evidence.ts";

/** Everything that was found wrong with an attempt, notes included, under codes that stay the same. */
export function findingsOf({ outcome, validation, gates = [], quality }: AttemptEvidence): readonly Finding[] {
  if (outcome.status === "failed") return [{ code: `turn:${outcome.failureClass}`, message: outcome.message }];
  const problems = validation === undefined || validation.ok ? [] : validation.problems;
  const failedGates = gates.filter(({ status }) => status !== "passed");
  const judged = (quality?.stages ?? []).filter(({ name }) => name !== "commands").flatMap(({ findings }) => findings);
  return [
    ...problems.map(({ code, message }) => ({ code, message })),
    ...failedGates.map(({ name, status }) => ({ code: `gate:${name}`, message: `The gate ${name} ${status}.` })),
    ...judged.map(({ code, message }) => ({ code, message })),
  ];
}
