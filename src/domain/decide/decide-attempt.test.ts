import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureClasses } from "../failure/failure-class.ts";
import { defaultRetryLimits as limits } from "../failure/retry-policy.ts";
import { validationCodes, type ValidationCode, type ValidationVerdict } from "../validate/validate-attempt.ts";
import { decideAttempt, type AttemptEvidence, type AttemptOutcome, type GateVerdict } from "./decide-attempt.ts";

const proven: AttemptEvidence = {
  outcome: { status: "finished" },
  validation: { ok: true },
  gates: [{ name: "test", status: "passed", summary: "12 passed" }],
  earlierFailures: [],
  limits,
};

const decide = (more: Partial<AttemptEvidence>) => decideAttempt({ ...proven, ...more });

const invalid = (...codes: readonly ValidationCode[]): ValidationVerdict => ({
  ok: false,
  problems: codes.map((code) => ({ code, message: `About ${code}.` })),
  failureClass: "recoverable",
});

const failedGate: GateVerdict = { name: "lint", status: "failed", summary: "2 errors" };

const someClass = fc.constantFrom(...failureClasses);
const outcomes: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  fc.constant({ status: "finished" } as const),
  someClass.map((failureClass) => ({ status: "failed", failureClass, message: "It failed." }) as const),
);
const validations = fc.oneof(
  fc.constant({ ok: true } as const),
  fc.constant(undefined),
  fc.subarray([...validationCodes], { minLength: 1 }).map((codes) => invalid(...codes)),
);
const gates = fc.option(
  fc.array(
    fc.record({ name: fc.string(), status: fc.constantFrom("passed", "failed", "broken"), summary: fc.string() }),
  ),
  { nil: undefined },
);
const evidences = fc.record({
  outcome: outcomes,
  validation: validations,
  gates,
  earlierFailures: fc.array(someClass),
  limits: fc.constant(limits),
});

describe("decideAttempt", () => {
  it("accepts what finished, validated and passed every gate, and nothing else", () => {
    fc.assert(
      fc.property(evidences, (evidence) => {
        const isProven =
          evidence.outcome.status === "finished" &&
          evidence.validation?.ok === true &&
          evidence.gates !== undefined &&
          evidence.gates.every(({ status }) => status === "passed");
        expect(decideAttempt(evidence).kind === "accept").toBe(isProven);
      }),
      { numRuns: 1_000 },
    );
  });

  it("records a reason with every decision", () => {
    fc.assert(
      fc.property(evidences, (evidence) => {
        expect(decideAttempt(evidence).reasons.length).toBeGreaterThan(0);
      }),
    );
  });

  it("sends a failed gate back to the same conversation with what the gate said", () => {
    expect(decide({ gates: [failedGate] })).toMatchObject({
      kind: "retry",
      resumeSession: true,
      countsAsAttempt: true,
      feedback: "- The gate lint failed: 2 errors",
    });
  });

  it("fails after the last counted attempt, with all reasons", () => {
    expect(decide({ gates: [failedGate], earlierFailures: ["recoverable", "killed", "recoverable"] })).toEqual({
      kind: "fail",
      failureClass: "recoverable",
      reasons: ["The gate lint failed: 2 errors", "The work was not good enough in 3 of 3 attempts."],
    });
  });

  it("does not blame the agent for a network failure", () => {
    const outcome = { status: "failed", failureClass: "transient", message: "ECONNRESET" } as const;
    expect(decide({ outcome, validation: undefined, gates: undefined })).toMatchObject({
      kind: "retry",
      feedback: "",
      countsAsAttempt: false,
      delayBackoff: limits.transientBackoff,
    });
  });

  it("pauses on a used-up quota even after the last attempt", () => {
    const outcome = { status: "failed", failureClass: "exhausted", message: "Out of quota" } as const;
    expect(decide({ outcome, earlierFailures: ["recoverable", "recoverable", "recoverable"] }).kind).toBe("pause");
  });

  it("asks a person at once about protected files and about a gate that can't run", () => {
    expect(decide({ validation: invalid("protected-touched") }).kind).toBe("ask");
    expect(decide({ gates: [{ name: "test", status: "broken", summary: "npm: not found" }] }).kind).toBe("ask");
  });

  it("lets the agent repair the rest before it asks about protected files", () => {
    const validation = invalid("protected-touched", "expected-output-missing");
    expect(decide({ validation }).kind).toBe("retry");
    expect(decide({ validation, earlierFailures: ["recoverable", "recoverable"] }).kind).toBe("ask");
  });

  it("tells an agent that asks to decide itself, and takes the question to a person in the end", () => {
    const validation = invalid("question-instead-of-work");
    expect(decide({ validation })).toMatchObject({ kind: "retry", feedback: "- About question-instead-of-work." });
    expect(decide({ validation, earlierFailures: ["recoverable", "recoverable"] }).kind).toBe("ask");
  });
});
