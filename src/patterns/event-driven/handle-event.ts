import { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import { nearestName } from "../../domain/nearest-name.ts";
import { eventTypePatternSchema, patternOf, type WorkflowEvent } from "../../domain/workflow/workflow-event.ts";
import type { WorkflowDefinition, WorkflowFlow } from "../../workflow/flow.ts";
import { isWorkflow } from "../../workflow/workflow.ts";
import { agentWorkFields, doWork, forwardParts, type AgentWork, type Given } from "../port.ts";

/** `forwarded` is the event, as data: a prompt that is plain text ends with it. */
export type EventGiven = Given & { readonly event: WorkflowEvent };

type AgentHandler = Omit<AgentWork<EventGiven>, "prompt"> & Partial<Pick<AgentWork<EventGiven>, "prompt">>;

/** Who takes care of an event: an agent by its profile, one with a prompt of its own, a workflow that takes events, or a function. */
export type EventHandler =
  | string
  | AgentHandler
  | WorkflowDefinition<WorkflowEvent>
  | ((flow: WorkflowFlow, event: WorkflowEvent) => Promise<unknown>);

export type EventRouting = {
  /** By type (`test_failed`), by group (`github.*`), or `*`: the most special counts. */
  readonly handlers: Readonly<Record<string, EventHandler>>;
  /** Of what an agent is shown of an event; what is beyond is cut off, which it is told. Default 16,000. */
  readonly maxEventChars?: number;
};

export type HandledEvent = {
  readonly id: string;
  readonly type: string;
  /** The type or group whose handler it was. */
  readonly handler: string;
  /** What the handler came to: what its function gave, or its agent's structured answer or last words. */
  readonly result: unknown;
};

const agentHandler = z.strictObject({ ...agentWorkFields, prompt: agentWorkFields.prompt.exactOptional() });

const handlerOption = z.unknown().superRefine((value, context) => {
  if (typeof value === "function" || isWorkflow(value)) return;
  const schema = typeof value === "string" ? z.string().trim().min(1, "must not be empty") : agentHandler;
  const { error } = schema.safeParse(value);
  for (const { path, message } of error?.issues ?? []) context.addIssue({ code: "custom", path, message });
});

/** Fields of what takes events, for their check. */
export const routingFields = {
  handlers: z
    .record(eventTypePatternSchema, handlerOption)
    .refine((handlers) => Object.keys(handlers).length > 0, "must not be empty"),
  maxEventChars: z.int().positive().exactOptional(),
};

/**
 * Gives an event to whoever takes care of its type.
 * @throws {TuttiError} `WORKFLOW_EVENT_UNHANDLED`, and the handler's failure
 */
export async function handleEvent(
  flow: WorkflowFlow,
  event: WorkflowEvent,
  { handlers, maxEventChars = 16_000 }: EventRouting,
): Promise<HandledEvent> {
  const pattern = patternOf(event.type, Object.keys(handlers));
  const handler = pattern === undefined ? undefined : handlers[pattern];
  if (pattern === undefined || handler === undefined) throw unhandled(event, Object.keys(handlers));
  const { id, type } = event;
  const result = await resultOf(flow, event, { handler, maxEventChars });
  return { id, type, handler: pattern, result: result ?? null };
}

type Chosen = { readonly handler: EventHandler; readonly maxEventChars: number };

async function resultOf(
  flow: WorkflowFlow,
  event: WorkflowEvent,
  { handler, maxEventChars }: Chosen,
): Promise<unknown> {
  if (typeof handler === "function") return handler(flow, event);
  if (typeof handler !== "string" && !("agent" in handler)) return flow.call(handler, event);
  const work = typeof handler === "string" ? { agent: handler } : handler;
  const forwarded = await forwardParts(flow, [{ name: `event ${event.type}`, value: event }], maxEventChars);
  const defaults = { title: `Handle ${event.type}`, prompt: task(event) };
  return doWork(flow, { ...defaults, ...work }, { event, forwarded });
}

const task = ({ type, source }: WorkflowEvent): string =>
  `Something has happened that is yours to take care of: an event of the type ${type}, reported by ${source.replaceAll(/[^\w .:/-]/g, "?")}. Do what your role asks for in such a case.`;

function unhandled({ id, type }: WorkflowEvent, known: readonly string[]): TuttiError {
  const nearest = nearestName(type, known);
  const question = nearest === undefined ? "" : `Did you mean ${nearest}? `;
  return new TuttiError("WORKFLOW_EVENT_UNHANDLED", `Nobody handles events of the type "${type}" (event ${id})`, {
    hint: `${question}There are handlers for: ${known.join(", ")}`,
    context: { event: id, type, known: [...known] },
  });
}
