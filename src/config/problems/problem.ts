import { TuttiError, type ErrorCode } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";

/** One thing that is wrong with the settings. */
export type Problem = {
  readonly code: Extract<ErrorCode, "CONFIG_INVALID" | "MODEL_UNKNOWN">;
  /** `tutti.config.yaml:3`, `TUTTI_WORKERS`, `command line`. */
  readonly where: string;
  /** What is wrong, naming the setting; without a full stop. */
  readonly what: string;
  /** What to do about it, in the imperative. */
  readonly fix: string;
  /** For scripts: field, file, line, variable. */
  readonly context?: JsonObject;
};

const lineOf = ({ where, what }: Problem): string => `${where}: ${what}`;

/** The first problem is the message; all of them are in the context. */
export function problemError(first: Problem, others: readonly Problem[] = [], cause?: unknown): TuttiError {
  const more =
    others.length === 0 ? "" : ` (and ${others.length} more ${others.length === 1 ? "problem" : "problems"})`;
  const context = { ...first.context, problems: [first, ...others].map(lineOf) };
  return new TuttiError(first.code, `${lineOf(first)}${more}`, {
    hint: first.fix,
    context,
    ...(cause === undefined ? {} : { cause }),
  });
}
