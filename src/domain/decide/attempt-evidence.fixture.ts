import fc from "fast-check";

import { failureClasses } from "../failure/failure-class.ts";
import { defaultRetryLimits as limits } from "../failure/retry-policy.ts";
import { validationCodes, type ValidationCode, type ValidationVerdict } from "../validate/validate-attempt.ts";
import type { AttemptEvidence, AttemptOutcome, GateVerdict } from "./attempt-evidence.ts";

/** Finished, validated and passed by its gate. */
export const proven: AttemptEvidence = {
  outcome: { status: "finished" },
  validation: { ok: true },
  gates: [{ name: "test", status: "passed", summary: "12 passed" }],
  earlierFailures: [],
  limits,
};

export const invalid = (...codes: readonly ValidationCode[]): ValidationVerdict => ({
  ok: false,
  problems: codes.map((code) => ({ code, message: `About ${code}.` })),
  failureClass: "recoverable",
});

export const failedGate: GateVerdict = { name: "lint", status: "failed", summary: "2 errors" };

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
/** Of any kind. */
export const evidences = fc.record({
  outcome: outcomes,
  validation: validations,
  gates,
  earlierFailures: fc.array(someClass),
  limits: fc.constant(limits),
});
