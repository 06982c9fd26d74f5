import { z } from "zod";

/** The longest delay that a timer of Node.js keeps: 2^31 - 1 ms, about 24 days. A longer one would fire at once. */
export const maxTimerMs = 2_147_483_647;

export const durationMs = (): z.ZodInt => z.int().min(1).max(maxTimerMs);

/** A text with something in it besides blanks. */
export const filledText = (): z.ZodString => z.string().regex(/\S/);

/** A dollar amount above zero. */
export const amountUsd = (): z.ZodNumber => z.number().positive();

/** A path below the folder that it is read against: neither absolute nor with a `..` in it. */
export const innerPath = (): z.ZodString => z.string().regex(/^(?![/\\])(?!.*(?:^|[/\\])\.\.(?:[/\\]|$)).*\S/);

/** A file or folder, absolute or below `~`, as it is written: no pattern, and no `..` in it. */
export const homePath = (): z.ZodString =>
  z
    .string()
    .regex(/^~?\/(?!.*(?:^|\/)\.\.(?:\/|$))[^*?[\]{}()!\\]*[^*?[\]{}()!\\/\s]\/?$/)
    .meta({ examples: ["~/.ssh"] });
