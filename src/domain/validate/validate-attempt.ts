import type { FailureClass } from "../failure/failure-class.ts";
import type { AnswerRule } from "./answer-rules.ts";
import { validateAnswer, type AnswerFacts } from "./validate-answer.ts";

/** What is known of a finished attempt without asking a model. */
export type AttemptFacts = {
  readonly expectedOutputs: readonly { readonly path: string; readonly exists: boolean }[];
  /** Repository paths that differ from the base commit. */
  readonly changedFiles: readonly string[];
  /** Those of them that the task's footprint does not cover; empty without a footprint. */
  readonly outsideFootprint: readonly string[];
  /** Those of them that only a person may let through. */
  readonly protectedTouched: readonly string[];
  /** Default `true`. `false` for tasks whose result is an answer and no change: questions, reviews. */
  readonly requiresChanges?: boolean;
  /** The agent's last words. */
  readonly agentText: string;
  /** Absent: only files are looked at. */
  readonly answer?: AnswerFacts;
};

export const validationCodes = [
  "expected-output-missing",
  "no-work",
  "outside-footprint",
  "protected-touched",
  "question-instead-of-work",
] as const;

export type ValidationCode = (typeof validationCodes)[number] | AnswerRule;

export type ValidationProblem = {
  readonly code: ValidationCode;
  /** One sentence that can stand in the next prompt. */
  readonly message: string;
};

export type ValidationVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly problems: readonly ValidationProblem[]; readonly failureClass: FailureClass };

/**
 * Is the answer complete, are the expected outputs there, did the agent stay where it may work? Fast, without a model: it
 * refuses what is certainly not done and leaves quality to the gates.
 */
export function validateAttempt(facts: AttemptFacts): ValidationVerdict {
  const problems = checks.flatMap((check) => check(facts));
  return problems.length === 0 ? { ok: true } : { ok: false, problems, failureClass: "recoverable" };
}

type Check = (facts: AttemptFacts) => readonly ValidationProblem[];

const checks: readonly Check[] = [emptiness, missingOutputs, strays, protectedFiles, answered];

function emptiness({ changedFiles, requiresChanges = true, agentText }: AttemptFacts): readonly ValidationProblem[] {
  if (changedFiles.length > 0) return [];
  if (!requiresChanges) return agentText.trim() === "" ? [{ code: "no-work", message: "No answer was given." }] : [];
  if (!endsWithQuestion(agentText)) return [{ code: "no-work", message: "No work found: no file was changed." }];
  const message =
    "A question was asked and no file was changed. Without an answer to it, decide yourself and do the work.";
  return [{ code: "question-instead-of-work", message }];
}

/** Weak on purpose: only the very last line counts, and only when nothing was changed. */
const endsWithQuestion = (text: string): boolean => /[?？]["'”’)*_`]*$/u.test(text.trimEnd());

function answered({ answer }: AttemptFacts): readonly ValidationProblem[] {
  return answer === undefined ? [] : validateAnswer(answer);
}

function missingOutputs({ expectedOutputs }: AttemptFacts): readonly ValidationProblem[] {
  return expectedOutputs
    .filter(({ exists }) => !exists)
    .map(({ path }) => ({ code: "expected-output-missing", message: `The expected file ${path} is not there.` }));
}

function strays({ outsideFootprint }: AttemptFacts): readonly ValidationProblem[] {
  if (outsideFootprint.length === 0) return [];
  const message = `Files were changed that do not belong to this task: ${listed(outsideFootprint)}. Put them back.`;
  return [{ code: "outside-footprint", message }];
}

function protectedFiles({ protectedTouched }: AttemptFacts): readonly ValidationProblem[] {
  if (protectedTouched.length === 0) return [];
  const message = `Protected files were changed: ${listed(protectedTouched)}. Only a person may let that through.`;
  return [{ code: "protected-touched", message }];
}

const maxListed = 10;

function listed(paths: readonly string[]): string {
  const more = paths.length - maxListed;
  return `${paths.slice(0, maxListed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
