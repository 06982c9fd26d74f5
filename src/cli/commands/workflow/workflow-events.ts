import { randomUUID } from "node:crypto";
import { text as readAll } from "node:stream/consumers";
import { z } from "zod";

import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { ReceivedEvent, ReceivedEventStatus } from "../../../domain/workflow/received-event.ts";
import type { Cli } from "../../cli.ts";
import { formatDateTime } from "../../render/quantities.ts";
import { oneLine } from "../../render/terminal-text.ts";
import { textTable } from "../../render/text-table.ts";
import { withProject } from "../../with-project.ts";

export type WorkflowEventOptions = { readonly details?: string; readonly id?: string; readonly source?: string };

/** `tutti workflow event`: keeps an event for whoever listens, now or later. */
export async function workflowEventCommand(cli: Cli, type: string, options: WorkflowEventOptions): Promise<number> {
  const { id = randomUUID(), source = "manual" } = options;
  const details = await detailsOf(options.details);
  return withProject(cli, async ({ application }) => {
    const { event, isNew } = await application.workflowEvents.receive({ id, type, source, at: Date.now(), details });
    const status = isNew ? "received" : "known";
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ id: event.id, type: event.type, status })}\n`);
    else cli.output.stdout(`${event.id}\n`);
    if (!isNew && !cli.output.isJson) cli.output.stderr("note: an event with this id is known already\n");
    return exitCodes.done;
  });
}

const anyJson = z.json();

/** JSON, or a text that is none and stands for itself; `-` is what comes from stdin. */
async function detailsOf(given: string | undefined): Promise<z.core.util.JSONType> {
  if (given === undefined) return {};
  const text = given === "-" ? await readAll(process.stdin) : given;
  try {
    return anyJson.parse(JSON.parse(text));
  } catch (cause) {
    if (!/^\s*[[{"]/.test(text)) return text.trim();
    throw new TuttiError("INPUT_INVALID", "--details begins like JSON and is none", {
      hint: 'Correct it, such as --details \'{"test":"login"}\', or give a plain text',
      cause,
    });
  }
}

export type WorkflowEventsOptions = { readonly status?: ReceivedEventStatus; readonly limit?: number };

const usualLimit = 50;

/** `tutti workflow events`: what has come, and what became of it. */
export const workflowEventsCommand = (cli: Cli, options: WorkflowEventsOptions): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const { status, limit = usualLimit } = options;
    const question = { limit, ...(status === undefined ? {} : { statuses: [status] }) };
    const events = await application.workflowEvents.list(question);
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ events: events.map(toldOf) })}\n`);
    else if (events.length === 0) cli.output.stdout("No events.\n");
    else cli.output.stdout(textTable(columns, events.map(rowOf)));
    return exitCodes.done;
  });

const toldOf = ({ event, jobId, reason, endedAt, ...received }: ReceivedEvent) => ({
  ...event,
  ...received,
  job: jobId ?? null,
  reason: reason ?? null,
  endedAt: endedAt ?? null,
});

const columns = ["received", "type", "id", "status", "job", ""].map((title) => ({ title }));

const rowOf = ({ event, receivedAt, status, jobId, reason }: ReceivedEvent): readonly string[] => [
  formatDateTime(receivedAt),
  event.type,
  oneLine(event.id),
  status,
  jobId ?? "",
  oneLine(reason ?? ""),
];
