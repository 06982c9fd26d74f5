import { TuttiError } from "../../domain/errors.ts";
import type { ReceivedEvent } from "../../domain/workflow/received-event.ts";
import {
  workflowEventSchema,
  type WorkflowEvent,
  type WorkflowEventInput,
} from "../../domain/workflow/workflow-event.ts";
import type { EventQuestion } from "../../state/workflows/workflow-events.ts";
import type { Services } from "../services.ts";
import { mendEvents, settleEvents } from "./event-jobs.ts";

export type TakenIn = { readonly event: WorkflowEvent; readonly isNew: boolean };

/** Events from outside: taken in, and what became of them. */
export class EventRoom {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * Keeps an event durably: when this resolves, no crash loses it. One whose id the project has had changes nothing.
   * @throws {TuttiError} `INPUT_INVALID`
   */
  async receive(input: WorkflowEventInput): Promise<TakenIn> {
    const parsed = workflowEventSchema.safeParse(input);
    if (!parsed.success) {
      const issues = parsed.error.issues.map(({ path, message }) => `${["event", ...path].join(".")}: ${message}`);
      throw new TuttiError("INPUT_INVALID", `The event is wrong: ${issues.join("; ")}`, { context: { issues } });
    }
    const { state, repo, redactJson } = this.#services;
    const event = workflowEventSchema.parse({ ...parsed.data, details: redactJson(parsed.data.details) });
    return { event, isNew: await state.workflowEvents.receive(repo.root, event) };
  }

  /** Newest first, each with what became of its job by now. */
  async list(question: EventQuestion = {}): Promise<readonly ReceivedEvent[]> {
    const { state, repo } = this.#services;
    await settleEvents(this.#services);
    const listed = await state.workflowEvents.list(repo.root, question);
    const hasMended = await mendEvents(this.#services, listed);
    return hasMended ? state.workflowEvents.list(repo.root, question) : listed;
  }
}
