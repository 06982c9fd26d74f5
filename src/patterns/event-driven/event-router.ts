import { z } from "zod";

import { workflowEventSchema, type WorkflowEvent } from "../../domain/workflow/workflow-event.ts";
import type { WorkflowDefinition } from "../../workflow/flow.ts";
import { workflow } from "../../workflow/workflow.ts";
import { checkOptions } from "../port.ts";
import { handleEvent, routingFields, type EventRouting } from "./handle-event.ts";

export type EventRouterOptions = EventRouting & {
  /** Of the workflow. Default `event-router`. */
  readonly name?: string;
  readonly description?: string;
};

const optionsSchema = z.strictObject({
  ...routingFields,
  name: z.string().exactOptional(),
  description: z.string().exactOptional(),
});

const output = z.strictObject({ id: z.string(), type: z.string(), handler: z.string(), result: z.json() });

/** What a routed event came to. */
export type RoutedEvent = z.output<typeof output>;

/**
 * A workflow whose input is one event and that gives it to whoever takes care of its type.
 * @throws {TuttiError} `WORKFLOW_INVALID` for wrong options; when it runs, `WORKFLOW_EVENT_UNHANDLED` for an event that nobody handles
 */
export function eventRouter(options: EventRouterOptions): WorkflowDefinition<WorkflowEvent, RoutedEvent> {
  checkOptions("eventRouter", optionsSchema, options);
  const { name = "event-router", description = describe(options), ...routing } = options;
  const form = { input: workflowEventSchema, output, description, pattern: "event-driven" };
  return workflow(name, form, async (flow, event) => {
    const { result, ...handled } = await handleEvent(flow, event, routing);
    return { ...handled, result: z.json().parse(result) };
  });
}

const describe = ({ handlers }: EventRouting): string =>
  `Gives an event to whoever takes care of its type: ${Object.keys(handlers).join(", ")}`;
