import { z } from "zod";
import type { ErrorCode } from "../../domain/errors.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { Usage } from "../../domain/budget/usage.ts";
import type { FailureClass } from "../../domain/failure/failure-class.ts";
import type { AgentEvent } from "../port.ts";

/** What the holder of a fake agent tells its process, one JSON a line. */
export const FakeInput = z.discriminatedUnion("type", [
  z.object({ type: z.literal("prompt"), prompt: z.string() }),
  z.object({ type: z.literal("interrupt") }),
  z.object({ type: z.literal("clear") }),
  z.object({ type: z.literal("permission"), isAllowed: z.boolean() }),
]);
export type FakeInput = z.infer<typeof FakeInput>;

/** How a turn ended, as the process tells it; the rest of the outcome is the holder's. */
export type FakeEnd = {
  readonly text: string;
  readonly usage: Usage;
  readonly result?: Json | undefined;
  readonly failure?:
    | {
        readonly class: FailureClass;
        readonly code?: ErrorCode | undefined;
        readonly message: string;
        readonly retryAfterMs?: number | undefined;
        readonly resetAt?: number | undefined;
        readonly isResumeImpossible?: boolean | undefined;
      }
    | undefined;
};

/** What the process tells its holder. Its own program wrote it, so that only the outer form is checked. */
export const FakeOutput = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), sessionId: z.string() }),
  z.object({ type: z.literal("event"), event: z.custom<AgentEvent>() }),
  z.object({ type: z.literal("permission"), tool: z.string(), input: z.custom<JsonObject>() }),
  z.object({ type: z.literal("end"), end: z.custom<FakeEnd>() }),
  z.object({ type: z.literal("cleared"), sessionId: z.string() }),
]);
export type FakeOutput = z.infer<typeof FakeOutput>;

/** The first line that the process reads. */
export const FakeStart = z.object({
  slotId: z.string(),
  cwd: z.string(),
  model: z.string(),
  script: z.json(),
  mode: z.enum(["edit", "read"]),
  requestLog: z.string(),
  /** Folder of the conversations. */
  sessions: z.string(),
  resume: z.string().optional(),
  /** A conversation to copy; it may lie beside another slot. */
  forkOf: z.string().optional(),
});
export type FakeStart = z.infer<typeof FakeStart>;
