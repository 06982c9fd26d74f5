import type { FailureClass } from "./failure/failure-class.ts";
import type { JsonObject } from "./json.ts";

/** Every code an error of ours may carry. Closed and pinned by a test: scripts match on it. */
export const errorCodes = [
  "ABORTED",
  "AGENT_CONTRACT_BROKEN",
  "AGENT_FAILED",
  "AGENT_NOT_FOUND",
  "AGENT_STALLED",
  "AGENT_TIMED_OUT",
  "AGENT_UNAUTHENTICATED",
  "BREAKPOINT_INVALID",
  "BREAKPOINT_UNKNOWN",
  "BUDGET_EXCEEDED",
  "CHECKPOINT_UNKNOWN",
  "CONFIG_INVALID",
  "CONFLICT",
  "ENGINE_FLOW_MISUSED",
  "ENGINE_RACE_LOST",
  "ENGINE_RUN_CANCELLED",
  "ENGINE_RUN_FAILED",
  "ENGINE_RUN_UNKNOWN",
  "ENGINE_WORKFLOW_CHANGED",
  "ENGINE_WORKFLOW_UNKNOWN",
  "GIT_FAILED",
  "GOAL_EMPTY",
  "INPUT_INVALID",
  "INTERNAL",
  "JOB_BUSY",
  "JOB_UNKNOWN",
  "LEASE_LOST",
  "LLM_UNAVAILABLE",
  "MODEL_UNKNOWN",
  "MODEL_UNPRICED",
  "NOT_A_REPOSITORY",
  "NO_COMMIT",
  "PERMISSION_REQUIRED",
  "PLAN_CYCLE",
  "PLAN_INVALID",
  "PLUGIN_INVALID",
  "PROCESS_FAILED",
  "QUOTA_EXHAUSTED",
  "SCENARIO_INVALID",
  "SETUP_FAILED",
  "SLOT_UNKNOWN",
  "STATE_BUSY",
  "STATE_CORRUPT",
  "STATE_NEWER",
  "STATE_TRANSITION_INVALID",
  "STATE_UNAVAILABLE",
  "TASK_UNKNOWN",
  "TEMPLATE_INVALID",
  "WAIT_TIMED_OUT",
  "WORKFLOW_AGENT_FAILED",
  "WORKFLOW_CHANGED",
  "WORKFLOW_EVENT_UNHANDLED",
  "WORKFLOW_INPUT_INVALID",
  "WORKFLOW_INVALID",
  "WORKFLOW_NOT_DETERMINISTIC",
  "WORKFLOW_OUTPUT_INVALID",
  "WORKFLOW_STEP_FAILED",
  "WORKFLOW_UNKNOWN",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export type ErrorDetails = {
  /** What kind of failure this is: it alone decides what happens next. Default `permanent`. */
  readonly failureClass?: FailureClass;
  /** What the person can do about it: one sentence in the imperative. */
  readonly hint?: string;
  /** Facts for the log and for scripts. Never secrets. */
  readonly context?: JsonObject;
  readonly cause?: unknown;
};

const marker = Symbol.for("tutti.error");

/** The one error type that crosses our own boundaries. Plugins may throw anything: the seam that called them wraps it. */
export class TuttiError extends Error {
  readonly code: ErrorCode;
  readonly failureClass: FailureClass;
  readonly hint: string | undefined;
  readonly context: JsonObject;
  readonly [marker] = true;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "TuttiError";
    this.code = code;
    this.failureClass = details.failureClass ?? "permanent";
    this.hint = details.hint;
    this.context = details.context ?? {};
  }

  /** Holds across realms and duplicated packages, unlike `instanceof`. */
  static is(value: unknown): value is TuttiError {
    return value instanceof Error && marker in value;
  }

  /** Wraps whatever was thrown, so that nothing untyped travels further. A `TuttiError` comes back as it is. */
  static from(thrown: unknown, code: ErrorCode = "INTERNAL"): TuttiError {
    if (TuttiError.is(thrown)) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new TuttiError(code, message, { failureClass: code === "INTERNAL" ? "bug" : "permanent", cause: thrown });
  }
}

/** What of an error is stored and sent. Stacks and causes stay in the log. */
export type ErrorJson = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly failureClass: FailureClass;
  readonly hint?: string;
  readonly context: JsonObject;
};

export function errorToJson(error: TuttiError): ErrorJson {
  const { code, message, failureClass, hint, context } = error;
  return { code, message, failureClass, context, ...(hint === undefined ? {} : { hint }) };
}

export function errorFromJson(json: ErrorJson): TuttiError {
  const { code, message, failureClass, hint, context } = json;
  return new TuttiError(code, message, { failureClass, context, ...(hint === undefined ? {} : { hint }) });
}
