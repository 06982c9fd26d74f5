import type { StoredEvent } from "../../../domain/events.ts";
import { isActive, isSettled } from "../../../domain/task-status.ts";
import type { Output } from "../../output.ts";
import type { DisplayFrame, JobDisplay, JobResult } from "./display.ts";
import { endingText } from "./ending-text.ts";
import { eventLine } from "./event-line.ts";
import { elapsedMs, remainingMs } from "./job-progress.ts";
import type { JobView } from "./job-view.ts";
import { etaText, overallText, resumeText } from "./overall-text.ts";
import { formatClock, formatDuration } from "../quantities.ts";
import { cut, fit, oneLine, padTo } from "../terminal-text.ts";

export type PlainDisplayOptions = {
  readonly output: Output;
  /** A line says how things stand when nothing else was printed for so long. Default 60,000. */
  readonly progressIntervalMs?: number;
  /** Default: the machine's. */
  readonly timeZone?: string;
};

const widestKey = 24;
const longestDetail = 300;
const namedTasks = 3;
const longestSilenceMs = 1_800_000;

/** A log for files and build servers: one line for each event that matters to a person. */
export function plainDisplay(options: PlainDisplayOptions): JobDisplay {
  return new PlainDisplay(options);
}

class PlainDisplay implements JobDisplay {
  readonly #output: Output;
  readonly #progressIntervalMs: number;
  readonly #timeZone: string | undefined;
  #lastLineAt: number | undefined;
  #isSuspended = false;
  /** Lines that are printed when the terminal is free again. */
  #kept: string[] = [];
  #invitation: string | undefined;
  #widthOf: { readonly placeOf: JobView["placeOf"] | undefined; readonly width: number } = {
    placeOf: undefined,
    width: 3,
  };

  constructor({ output, progressIntervalMs = 60_000, timeZone }: PlainDisplayOptions) {
    this.#output = output;
    this.#progressIntervalMs = progressIntervalMs;
    this.#timeZone = timeZone;
  }

  show({ view, news, now }: DisplayFrame): void {
    for (const event of news) this.#announce(event, view, now);
    this.#lastLineAt ??= now;
    if (this.#isSuspended || now - this.#lastLineAt < this.#intervalMs(view, now)) return;
    const detail = view.resume === undefined ? standing(view, now) : resumeText(view.resume, now, this.#timeZone);
    this.#print({ at: now, subject: "job", what: view.status, detail }, view);
    this.#lastLineAt = now;
  }

  /** A wait of hours needs no line every ten seconds: a tenth of what is left, and half an hour at the most. */
  #intervalMs({ resume }: JobView, now: number): number {
    const leftMs = (resume?.at ?? now) - now;
    return Math.max(this.#progressIntervalMs, Math.min(leftMs / 10, longestSilenceMs));
  }

  suspend(): void {
    this.#isSuspended = true;
  }

  resume(): void {
    this.#isSuspended = false;
    this.#release();
  }

  invite(text: string | undefined): void {
    if (text !== undefined && text !== this.#invitation) this.#write(`${text}\n`);
    this.#invitation = text;
  }

  close(): void {
    this.#isSuspended = true;
    this.#release();
  }

  finish(result: JobResult): void {
    this.#output.stdout(endingText(result, this.#output));
  }

  /** Worked out again only when tasks were added. */
  #keyWidth({ tasks, placeOf }: JobView): number {
    if (placeOf === this.#widthOf.placeOf) return this.#widthOf.width;
    const width = Math.min(widestKey, Math.max(3, ...tasks.map(({ key }) => key.length)));
    this.#widthOf = { placeOf, width };
    return width;
  }

  #announce(event: StoredEvent, view: JobView, now: number): void {
    const line = eventLine(event, view);
    if (line === undefined) return;
    this.#print({ at: event.at, subject: event.taskId?.split("/").at(-1) ?? "job", ...line }, view);
    this.#lastLineAt = now;
  }

  #print(line: { at: number; subject: string; what: string; detail: string }, view: JobView): void {
    const width = this.#keyWidth(view);
    const detail = cut(oneLine(line.detail), longestDetail);
    const text = `${formatClock(line.at, this.#timeZone)} ${fit(line.subject, width)}  ${padTo(line.what, 9)} ${detail}`;
    this.#write(`${text.trimEnd()}\n`);
  }

  #write(line: string): void {
    if (this.#isSuspended) this.#kept.push(line);
    else this.#output.stdout(line);
  }

  #release(): void {
    if (this.#kept.length > 0) this.#output.stdout(this.#kept.join(""));
    this.#kept = [];
  }
}

/** `3/10 done · …; csv-export 1m 04s, docs 12s` */
function standing(view: JobView, now: number): string {
  const busy = view.tasks.filter(({ status }) => isActive(status));
  const named = busy
    .slice(0, namedTasks)
    .map((task) => `${task.key} ${formatDuration(elapsedMs(task, now) ?? 0)}`)
    .join(", ");
  const overall = overallText(view, etaText(remainingMs(view, now)));
  const isIdle = view.tasks.every(({ status }) => isSettled(status)) || named === "";
  return isIdle ? overall : `${overall}; ${named}${busy.length > namedTasks ? ", …" : ""}`;
}
