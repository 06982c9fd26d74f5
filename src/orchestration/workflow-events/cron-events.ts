import { Cron } from "croner";

import { TuttiError } from "../../domain/errors.ts";
import { eventTypeSchema, type WorkflowEventInput } from "../../domain/workflow/workflow-event.ts";

/** `0 3 * * *=nightly`: at 3 in the morning an event `nightly`. */
export type CronTrigger = { readonly expression: string; readonly type: string };

export type CronOptions = {
  /** IANA name, such as `Europe/Berlin`. Default: the system's. */
  readonly timeZone?: string;
  readonly onEvent: (event: WorkflowEventInput) => void;
};

/** @throws {TuttiError} `INPUT_INVALID` */
export function parseCronTrigger(text: string): CronTrigger {
  const at = text.lastIndexOf("=");
  const [expression, type] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at > 0 && eventTypeSchema.safeParse(type).success) return { expression, type };
  throw new TuttiError("INPUT_INVALID", `"${text}" is no schedule with a type of event`, {
    hint: 'Write a cron expression, = and the type: --cron "0 3 * * *=nightly"',
  });
}

/**
 * Makes an event at each time of a schedule. Its id is made of type and time, so that two who keep the same schedule make one. A
 * time that passes while nobody keeps it makes none.
 * @returns ends it
 * @throws {TuttiError} `INPUT_INVALID` for an expression or a time zone that is none
 */
export function scheduleEvents(triggers: readonly CronTrigger[], { timeZone, onEvent }: CronOptions): () => void {
  const jobs: Cron[] = [];
  const stop = (): void => {
    for (const job of jobs) job.stop();
  };
  try {
    for (const { expression, type } of triggers) {
      const zone = timeZone === undefined ? {} : { timezone: timeZone };
      jobs.push(
        new Cron(expression, zone, (job) => {
          onEvent(cronEvent(type, expression, job.currentRun() ?? new Date()));
        }),
      );
    }
  } catch (cause) {
    stop();
    throw new TuttiError("INPUT_INVALID", `The schedule can't be kept: ${TuttiError.from(cause).message}`, {
      hint: 'Five fields, such as "*/15 8-18 * * 1-5", and a time zone such as Europe/Berlin',
      cause,
    });
  }
  return stop;
}

/** Schedules are kept to the second. */
function cronEvent(type: string, expression: string, at: Date): WorkflowEventInput {
  const due = Math.floor(at.getTime() / 1_000) * 1_000;
  const time = new Date(due).toISOString();
  return { id: `cron:${type}:${time}`, type, source: "cron", at: due, details: { expression, time } };
}
