import { z } from "zod";

import { errorFromJson, TuttiError, type ErrorJson } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import { eventTypeSchema, workflowEventSchema, type WorkflowEvent } from "../../domain/workflow/workflow-event.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { isSpentForAll } from "../../workflow/spent-budget.ts";
import { checkOptions, labelOption } from "../port.ts";
import { handleEvent, routingFields, type EventRouting, type HandledEvent } from "./handle-event.ts";

export type EventLoop = EventRouting & {
  /** Name under which events are sent to the run. Default `event`. */
  readonly signal?: string;
  /** When it ends; one of them at least. */
  readonly until: {
    /** An event of this type, which nobody handles any more. */
    readonly type?: string;
    /** So many different events. */
    readonly count?: number;
    /** No event for so long. */
    readonly quietMs?: number;
  };
  /** After an event that failed or that nobody handles: whether the loop fails, or goes on and reports it. Default `stop`. */
  readonly onFailure?: "stop" | "continue";
  /** In the graph. Default `events`. */
  readonly label?: string;
};

export type EventLoopEnded = {
  readonly endedBy: "type" | "count" | "quiet";
  readonly handled: readonly HandledEvent[];
  readonly failed: readonly FailedEvent[];
  /** Events that came again. */
  readonly duplicates: number;
};

/** `null`: what came was no event. */
export type FailedEvent = { readonly id: string | null; readonly type: string | null; readonly error: ErrorJson };

const positive = z.int().positive().exactOptional();

const optionsSchema = z.strictObject({
  ...routingFields,
  signal: z.string().min(1).exactOptional(),
  until: z
    .strictObject({ type: eventTypeSchema.exactOptional(), count: positive, quietMs: positive })
    .refine((until) => Object.keys(until).length > 0, "name a type, a count or quietMs"),
  onFailure: z.enum(["stop", "continue"]).exactOptional(),
  label: labelOption,
});

/**
 * Takes events that are sent to the run as signals, one after the other, until one says stop, there were enough, or none came.
 * An event that came before, by its id, is not handled again.
 * @throws {TuttiError} `WORKFLOW_INVALID` for wrong options; the failure of an event unless `onFailure` is `continue`
 */
export async function onEvents(flow: WorkflowFlow, options: EventLoop): Promise<EventLoopEnded> {
  checkOptions("onEvents", optionsSchema, options);
  return flow.group(options.label ?? "events", () => loop(flow, options), { pattern: "event-driven" });
}

async function loop(flow: WorkflowFlow, options: EventLoop): Promise<EventLoopEnded> {
  const { until, signal = "event" } = options;
  const seen = new Set<string>();
  const handled: HandledEvent[] = [];
  const failed: FailedEvent[] = [];
  let duplicates = 0;
  const end = (endedBy: EventLoopEnded["endedBy"]): EventLoopEnded => ({ endedBy, handled, failed, duplicates });
  const wait = until.quietMs === undefined ? {} : { timeoutMs: until.quietMs };
  for (;;) {
    const payload = await flow.receive(signal, wait);
    if (payload === undefined) return end("quiet");
    const { data: event } = workflowEventSchema.safeParse(payload);
    if (event !== undefined && event.type === until.type) return end("type");
    if (event !== undefined && seen.has(event.id)) {
      duplicates += 1;
      continue;
    }
    if (event !== undefined) seen.add(event.id);
    const outcome = await takeOne(flow, event ?? payload, options);
    if ("error" in outcome) failed.push(outcome);
    else handled.push(outcome);
    if (handled.length + failed.length === until.count) return end("count");
  }
}

async function takeOne(
  flow: WorkflowFlow,
  received: WorkflowEvent | Json,
  { onFailure = "stop", ...options }: EventLoop,
): Promise<HandledEvent | FailedEvent> {
  const [outcome] = await flow.settle([() => handleReceived(flow, received, options)], { label: "event" });
  if (outcome === undefined) throw new TuttiError("INTERNAL", "An event came to nothing", { failureClass: "bug" });
  if (outcome.status === "completed") return outcome.value;
  const { error } = outcome;
  if (onFailure === "stop" || isSpentForAll(error)) throw errorFromJson(error);
  await flow.log(`An event failed: ${error.message}`);
  const { data } = identity.safeParse(received);
  return { id: data?.id ?? null, type: data?.type ?? null, error };
}

const identity = z.looseObject({ id: z.string(), type: z.string() });

/** @throws {TuttiError} `WORKFLOW_INPUT_INVALID` for what is no event */
async function handleReceived(flow: WorkflowFlow, received: unknown, routing: EventRouting): Promise<HandledEvent> {
  const { data, error } = workflowEventSchema.safeParse(received);
  if (data !== undefined) return handleEvent(flow, data, routing);
  const issues = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw new TuttiError("WORKFLOW_INPUT_INVALID", `What came as an event is none: ${issues}`, {
    hint: 'An event looks like {"id":"42","type":"test_failed","details":{}}',
  });
}
