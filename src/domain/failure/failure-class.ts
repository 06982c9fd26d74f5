/**
 * Why something failed. A closed set: the class decides what happens next, nobody else does.
 *
 * - `transient` network trouble or a 5xx: the same again after a wait
 * - `rate_limited` a short 429: the same again after the wait that the server names
 * - `exhausted` quota, billing or login: all dispatch on that account pauses; never counted as an attempt
 * - `recoverable` a timeout, a token limit, malformed or insufficient work: again with the reason in the prompt
 * - `permanent` the task or the configuration can't succeed as it is
 * - `conflict` the work doesn't fit onto the job branch
 * - `stuck` no progress by event stream and child activity
 * - `killed` the process that did it died; says nothing about the task
 * - `bug` ours
 */
export const failureClasses = [
  "transient",
  "rate_limited",
  "exhausted",
  "recoverable",
  "permanent",
  "conflict",
  "stuck",
  "killed",
  "bug",
] as const;

export type FailureClass = (typeof failureClasses)[number];
