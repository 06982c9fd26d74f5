import type { DiffStat } from "../../domain/evidence.ts";
import type { TaskSpec } from "../../domain/plan/task-spec.ts";
import { judgeAnswerOnly } from "../../domain/quality/judge-answer-only.ts";
import { validateAttempt } from "../../domain/validate/validate-attempt.ts";
import type { AttemptProof } from "../../state/attempts/attempts.ts";
import type { JobDesk } from "../desk.ts";
import type { ProofRequest } from "./proof-request.ts";

const noDiff: DiffStat = { files: 0, added: 0, deleted: 0 };

/**
 * Of a task whose agent may only read: its answer is its result. What stands in its slot nevertheless is no part of it; it is
 * rescued when the slot moves on, as all that nothing holds.
 */
export function proveAnswer(
  { job }: Pick<JobDesk, "job">,
  { begun, outcome }: Pick<ProofRequest, "begun" | "outcome">,
  { resultSchema }: Pick<TaskSpec, "resultSchema">,
): AttemptProof {
  const { quality } = job.options;
  const { text, result, replayOf, isTruncated = false } = outcome;
  const isChecked = quality !== undefined && replayOf === undefined;
  const verdict = validateAttempt({
    expectedOutputs: [],
    changedFiles: [],
    outsideFootprint: [],
    protectedTouched: [],
    requiresChanges: false,
    // A structured result needs no words beside it.
    agentText: text.trim() === "" && result !== undefined ? JSON.stringify(result) : text,
    ...(isChecked
      ? { answer: { ...noFiles, text, isTruncated, ...given(result, resultSchema), rules: rulesOf(quality) } }
      : {}),
  });
  return {
    snapshotCommit: begun.baseCommit,
    diff: noDiff,
    problems: verdict.ok ? [] : verdict.problems.map(({ message }) => message),
    verdict,
    gates: [],
    ...(verdict.ok && quality !== undefined ? { quality: judgeAnswerOnly(quality) } : {}),
  };
}

const noFiles = {
  changes: [],
  isAnswerOnly: true,
  present: new Set<string>(),
  ignored: new Set<string>(),
  hasTestChange: false,
};

type Given = Pick<ProofRequest["outcome"], "result"> & Pick<TaskSpec, "resultSchema">;

const given = (result: Given["result"], resultSchema: Given["resultSchema"]): Given => ({
  ...(result === undefined ? {} : { result }),
  ...(resultSchema === undefined ? {} : { resultSchema }),
});

/** Whoever reads tells what others have changed: that is no claim about work of its own. */
const rulesOf = ({ answer }: { readonly answer: Readonly<Record<string, boolean>> }) => ({
  ...answer,
  "claim-false": false,
});
