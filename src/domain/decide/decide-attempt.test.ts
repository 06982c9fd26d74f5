import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultRetryLimits as limits } from "../failure/retry-policy.ts";
import type { StageVerdict } from "../quality/quality-report.ts";
import { evidences, failedGate, invalid, proven } from "./attempt-evidence.fixture.ts";
import type { AttemptEvidence } from "./attempt-evidence.ts";
import { decideAttempt } from "./decide-attempt.ts";
import { defaultDecisions } from "./decision-settings.ts";
import { explainDecision } from "./explain-decision.ts";

const decide = (more: Partial<AttemptEvidence>) => decideAttempt({ ...proven, ...more });

describe("decideAttempt", () => {
  it.each(["proved", "tested", "unproved"] as const)(
    "asks a person about unproved work where that is wanted: %s",
    (level) => {
      const quality = { stages: [], proof: { level, says: "no gate judged it" } };
      expect(decide({ quality }).kind).toBe("accept");
      const asked = decide({ quality, asksUnproved: true });
      expect(asked.kind).toBe(level === "unproved" ? "ask" : "accept");
      const { rules } = explainDecision({ ...proven, quality, asksUnproved: true }, asked);
      expect(rules.find(({ rule }) => rule === "proof")?.status).toBe(level === "unproved" ? "fired" : "held");
    },
  );

  const review = { name: "review", threshold: 0.6, weight: 2, findings: [] } as const;
  const unproved = { level: "unproved", says: "no gate judged it" } as const;
  const withStage = (stage: StageVerdict, more: Partial<AttemptEvidence> = {}) =>
    ({ quality: { stages: [stage], proof: unproved }, ...more }) as const;

  it("leaves to a person what a review isn't sure of, whatever the gates say", () => {
    const doubted = withStage({ ...review, status: "passed", score: 0.9, doubts: ["The review can't tell."] });
    expect(decide(doubted)).toEqual({ kind: "ask", reasons: ["The review can't tell."] });
    const { rules } = explainDecision({ ...proven, ...doubted }, decide(doubted));
    expect(rules.find(({ rule }) => rule === "review")).toMatchObject({ status: "fired" });
  });

  it("needs a review where one is required, and a person where there is none", () => {
    const silent = { ...review, status: "not-judged", reason: "The server is down." } as const;
    expect(decide(withStage(silent)).kind).toBe("accept");
    const asked = decide(withStage(silent, { asksUnreviewed: true }));
    expect(asked).toMatchObject({ kind: "ask", reasons: [expect.stringContaining("The server is down.")] });
    const passed = withStage({ ...review, status: "passed", score: 1 }, { asksUnreviewed: true });
    expect(decide(passed).kind).toBe("accept");
  });

  it("tries again when a review refuses, and asks a person when the attempts are used up", () => {
    const blocker = { code: "requirement-unmet", message: "Not done.", severity: "blocker" } as const;
    const refused = withStage({ ...review, status: "failed", score: 0.9, findings: [blocker] });
    expect(decide(refused)).toMatchObject({ kind: "retry", reasons: expect.arrayContaining(["Not done."]) });
    const used = Array.from({ length: limits.maxAttempts }, () => "recoverable" as const);
    expect(decide({ ...refused, earlierFailures: used }).kind).toBe("ask");
  });

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

const blocked = (code: string) => ({
  stages: [
    {
      name: "diff",
      status: "failed" as const,
      score: 0,
      threshold: 0.5,
      weight: 1,
      findings: [{ code, message: "Two tests were deleted.", severity: "blocker" as const }],
    },
  ],
});
const there = { isThere: true } as const;
const tooLong = {
  status: "failed",
  failureClass: "recoverable",
  message: "The turn took longer than its limit.",
  isTooBig: true,
} as const;
const unproved = { validation: undefined, gates: undefined };

describe("what else decideAttempt can do", () => {
  it("never does what nobody is there for", () => {
    fc.assert(
      fc.property(evidences, (evidence) => {
        expect(["clarify", "split", "replan", "rollback"]).not.toContain(decideAttempt(evidence).kind);
      }),
    );
  });

  it("accepts nothing that a stage refuses, whatever the score", () => {
    const quality = { ...blocked("too-large"), score: 0.99 };
    expect(decide({ quality })).toMatchObject({ kind: "retry", feedback: "- Two tests were deleted." });
  });

  it("accepts what a stage has not judged", () => {
    const stage = { name: "review", status: "not-judged", threshold: 0.5, weight: 1, findings: [] } as const;
    expect(decide({ quality: { stages: [stage] } }).kind).toBe("accept");
  });

  it("takes work back that made things worse, also when a gate failed on it", () => {
    expect(decide({ quality: blocked("tests-deleted"), gates: [failedGate] })).toMatchObject({
      kind: "rollback",
      reasons: ["Two tests were deleted."],
    });
  });

  it("fails after the last attempt also where it would take the work back", () => {
    const earlierFailures = ["recoverable", "recoverable"] as const;
    expect(decide({ quality: blocked("tests-deleted"), earlierFailures }).kind).toBe("fail");
  });

  it("asks about work that is not sure enough, and only then", () => {
    const settings = { ...defaultDecisions, minConfidence: 0.8 };
    expect(decide({ confidence: 0.79, settings }).kind).toBe("ask");
    expect(decide({ confidence: 0.8, settings }).kind).toBe("accept");
    expect(decide({ confidence: 0.1 }).kind).toBe("accept");
    expect(decide({ confidence: undefined, settings }).kind).toBe("ask");
  });

  it("does not say of work without gates that gates passed", () => {
    expect(decide({ gates: [] }).reasons.join()).toContain("no gate");
  });

  it("has a question answered where somebody can answer, also after the last attempt", () => {
    const question = invalid("question-instead-of-work");
    const earlierFailures = ["recoverable", "recoverable"] as const;
    expect(decide({ validation: question, earlierFailures, means: { clarify: there } }).kind).toBe("clarify");
    const why = { isThere: false, why: "no supervisor model is configured" } as const;
    expect(decide({ validation: question, means: { clarify: why } }).kind).toBe("retry");
  });

  it("has a task split that came to its limits often enough", () => {
    const means = { split: there };
    expect(decide({ outcome: tooLong, ...unproved, means }).kind).toBe("retry");
    expect(decide({ outcome: tooLong, ...unproved, means, earlierTooBig: 1 }).kind).toBe("split");
    expect(decide({ outcome: tooLong, ...unproved, earlierTooBig: 1 }).kind).toBe("retry");
  });

  it("has another way looked for instead of failing where others need the task", () => {
    const outcome = { status: "failed", failureClass: "permanent", message: "It can't work." } as const;
    expect(decide({ outcome, ...unproved, means: { replan: there } }).kind).toBe("replan");
  });

  it("says what is different about the next try", () => {
    expect(decide({ gates: [failedGate] })).toMatchObject({ change: ["same-conversation"] });
    expect(decide({ gates: [failedGate], hasStrongerModel: true })).toMatchObject({
      change: ["same-conversation", "stronger-model"],
    });
    expect(decide({ outcome: { ...tooLong, isContextFull: true }, ...unproved })).toMatchObject({
      change: ["cleared-context"],
    });
    const stuck = { status: "failed", failureClass: "stuck", message: "Silence." } as const;
    expect(decide({ outcome: stuck, ...unproved })).toMatchObject({ change: ["fresh-start"] });
  });
});
