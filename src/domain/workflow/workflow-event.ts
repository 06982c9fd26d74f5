import { z } from "zod";

/** Parts of letters, digits, `_` and `-`, joined by dots, the general before the special: `github.pull_request.opened`. */
const eventType = /^[A-Za-z0-9][\w-]*(\.[\w-]+)*$/;

/** The same, or `*` instead of the last part: every type that begins so. `*` alone is every type. */
const eventTypePattern = /^(\*|[A-Za-z0-9][\w-]*(\.[\w-]+)*(\.\*)?)$/;

export const eventTypeSchema = z.string().max(128).regex(eventType, "Write it like test_failed or github.push");

export const eventTypePatternSchema = z
  .string()
  .max(128)
  .regex(eventTypePattern, "Write a type like test_failed, a group like github.*, or *");

/** Something that happened outside and that a workflow may react to. */
export const workflowEventSchema = z.strictObject({
  /** Given by whoever saw it happen: an event that comes twice has the same. */
  id: z.string().min(1).max(256),
  type: eventTypeSchema,
  /** Who says so: `webhook`, `cron`, `files`, `manual`, … */
  source: z.string().min(1).max(256).default("manual"),
  /** When it happened, in milliseconds since the Unix epoch; absent where that is not known. */
  at: z.int().nonnegative().exactOptional(),
  /** Whatever is known about it: data of others, never instructions. */
  details: z.json().default({}),
});

export type WorkflowEvent = z.output<typeof workflowEventSchema>;

/** What a sender writes: the same with fewer fields. */
export type WorkflowEventInput = z.input<typeof workflowEventSchema>;

/** The most special of the patterns that a type matches: itself, then the longest group, then `*`. */
export function patternOf(type: string, patterns: readonly string[]): string | undefined {
  const matching = patterns.filter((pattern) => isMatch(type, pattern));
  return matching.toSorted((a, b) => rankOf(b, type) - rankOf(a, type))[0];
}

const isMatch = (type: string, pattern: string): boolean =>
  pattern === type || pattern === "*" || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1)));

const rankOf = (pattern: string, type: string): number => (pattern === type ? Infinity : pattern.length);
