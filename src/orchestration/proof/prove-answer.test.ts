import { expect, it } from "vitest";

import { noUsage } from "../../domain/budget/usage.ts";
import type { AttemptOutcome, Job } from "../../domain/model.ts";
import type { BegunAttempt } from "../../state/attempts/begin-attempt.ts";
import { proveAnswer } from "./prove-answer.ts";

const quality = { stages: { diff: { threshold: 0.5, weight: 2 } }, answer: {} };
const job = { options: { quality } } as unknown as Job;
const begun = { baseCommit: "b".repeat(40) } as unknown as BegunAttempt;
const said = (outcome: Partial<AttemptOutcome>, resultSchema?: { readonly type: string }) => {
  const whole = {
    status: "finished" as const,
    text: "",
    usage: noUsage,
    durationMs: 1,
    permissionDenials: [],
    ...outcome,
  };
  return proveAnswer({ job }, { begun, outcome: whole }, resultSchema === undefined ? {} : { resultSchema });
};

it("an answer is proved without a change, and no stage claims to have judged it", () => {
  const proof = said({ text: "The readme was changed in src/a.ts last week, and it says nothing wrong." });
  expect(proof).toMatchObject({ snapshotCommit: "b".repeat(40), diff: { files: 0 }, gates: [], verdict: { ok: true } });
  expect(proof.quality?.stages.map(({ name, status }) => `${name} ${status}`)).toEqual([
    "outputs not-judged",
    "commands not-judged",
    "diff not-judged",
    "review not-judged",
  ]);
});

it.each([
  [{ text: " " }, undefined, "No answer was given."],
  [{ text: "So the next thing is", isTruncated: true as const }, undefined, "cut off"],
  [{ text: "", result: { a: 1 } }, { type: "string" }, "The structured result is not what the schema asks for"],
])("what is no answer is refused: %j", (outcome, schema, message) => {
  const { verdict, problems } = said(outcome, schema);
  expect(verdict).toMatchObject({ ok: false, failureClass: "recoverable" });
  expect(problems.join(" ")).toContain(message);
});

it("a structured result needs no words", () => {
  expect(said({ result: { found: true } }, { type: "object" }).verdict).toEqual({ ok: true });
});
