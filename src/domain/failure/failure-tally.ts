import type { FailureClass } from "./failure-class.ts";

/** How a task has failed so far, the failure that is being decided included. */
export type FailureTally = {
  /** Failures that say something about the work: all `recoverable` and `stuck` ones. */
  readonly counted: number;
  /** `transient` and `rate_limited` failures since the last of another class. */
  readonly transient: number;
  /** `killed` failures since the last of another class. */
  readonly killed: number;
  readonly conflict: number;
};

const countedClasses: readonly FailureClass[] = ["recoverable", "stuck"];
const transientClasses: readonly FailureClass[] = ["transient", "rate_limited"];

/** @param history - one class for each failed attempt, oldest first */
export function tallyFailures(history: readonly FailureClass[]): FailureTally {
  const count = (classes: readonly FailureClass[]): number => history.filter((one) => classes.includes(one)).length;
  const streak = (classes: readonly FailureClass[]): number =>
    history.length - 1 - history.findLastIndex((one) => !classes.includes(one));
  return {
    counted: count(countedClasses),
    transient: streak(transientClasses),
    killed: streak(["killed"]),
    conflict: count(["conflict"]),
  };
}
