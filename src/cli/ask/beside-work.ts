import { setTimeout as delay } from "node:timers/promises";

import type { Breakpoint } from "../../domain/breakpoint/breakpoint.ts";
import type { BreakpointId, JobId } from "../../domain/ids.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import type { Application } from "../../orchestration/application.ts";
import type { JobDisplay } from "../render/display/display.ts";
import { invitationText } from "../render/question-text.ts";
import { alarmAt } from "./alarm-at.ts";
import { AnswerKey } from "./answer-key.ts";
import type { Asking } from "./ask-breakpoint.ts";
import { askOpenQuestions, type Asked } from "./ask-open-questions.ts";
import { waitsForPerson } from "./waits-for-person.ts";

export type ShownWork = Asking & {
  readonly application: Asking["application"] & {
    readonly job: Application["job"];
    readonly workflows: Pick<Application["workflows"], "wakesAt">;
  };
  readonly jobId: JobId;
  readonly display: Pick<JobDisplay, "suspend" | "resume" | "invite">;
  /** What the person has left open before: it is no news. */
  readonly later: ReadonlySet<BreakpointId>;
  /** A Ctrl-C while the work is shown. */
  readonly interrupt: () => void;
};

/** What came of the questions that were being put when the work ended. `slept`: its workflow's sleep was over before they were answered. */
export type Stood = { readonly asked: Asked | "slept"; readonly later: ReadonlySet<BreakpointId> };

const lookAgainMs = 1_000;
/** Agents at work change something all the time. */
const shortestLookMs = 250;

/** While a job's work is shown: says what waits for the person, and puts it to them when they press the key for that. */
export class BesideWork {
  /** Rejects when a question can't be put. */
  readonly done: Promise<Stood | undefined>;
  readonly #work: ShownWork;
  readonly #key: AnswerKey;
  readonly #later: Set<BreakpointId>;
  readonly #ended = new AbortController();
  readonly #withdrawn = new AbortController();
  #isAsking = false;

  constructor(work: ShownWork) {
    this.#work = work;
    this.#key = new AnswerKey(work.terminal.input, work.interrupt);
    this.#later = new Set(work.later);
    this.done = this.#invite();
  }

  /**
   * The work has ended: nobody is invited any more. What is being asked stays until it is answered, if the job waits for a
   * person; it is taken away otherwise.
   * @returns `undefined` when nothing was being asked, and when the job waits for nobody
   */
  async end(status: JobStatus): Promise<Stood | undefined> {
    const { application, jobId, output } = this.#work;
    this.#ended.abort();
    if (await waitsForPerson(application, { jobId, status })) return this.#untilAnswered();
    const isTakenAway = this.#isAsking;
    this.#withdrawn.abort();
    await this.done;
    if (isTakenAway) output.stdout(`Nothing waits for the answer now: the job is ${status}.\n`);
    return undefined;
  }

  /** Withdraws what is being asked, and gives the terminal back. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#withdrawn.abort();
    await Promise.allSettled([this.done]);
  }

  async #untilAnswered(): Promise<Stood | undefined> {
    const { application, jobId } = this.#work;
    const alarm = alarmAt(await application.workflows.wakesAt(jobId));
    alarm.signal.addEventListener("abort", () => this.#withdrawn.abort());
    try {
      const stood = await this.done;
      return stood && alarm.signal.aborted ? { ...stood, asked: "slept" } : stood;
    } finally {
      alarm.clear();
    }
  }

  async #invite(): Promise<Stood | undefined> {
    const { application, display, stop } = this.#work;
    const over = AbortSignal.any([this.#ended.signal, this.#withdrawn.signal, stop]);
    const watch = application.watch();
    let last: Stood | undefined;
    try {
      while (!over.aborted) {
        const open = await this.#open();
        const pressed = open.length === 0 ? this.#key.rest() : await this.#key.listen();
        display.invite(pressed === undefined ? undefined : invitationText(this.#count(open)));
        const wake = pressed === undefined ? over : AbortSignal.any([over, pressed]);
        await watch.wait({ timeoutMs: lookAgainMs, signal: wake });
        if (pressed?.aborted !== true) await rest(wake);
        if (over.aborted || pressed?.aborted !== true) continue;
        const stood = await this.#put(open);
        last = (await this.#outlivedWork(stood)) ? stood : undefined;
      }
      return last;
    } finally {
      this.#key.rest();
      display.invite(undefined);
    }
  }

  /** An answer that was stored before the job was said to wait is taken up by those who carry it out. */
  async #outlivedWork({ asked }: Stood): Promise<boolean> {
    if (this.#ended.signal.aborted) return true;
    const { application, jobId } = this.#work;
    return asked === "settled" && (await application.job(jobId)).status === "waiting";
  }

  /** The plan's question is put together with the plan. */
  async #open(): Promise<readonly Breakpoint[]> {
    const { application, jobId } = this.#work;
    return (await application.breakpoints(jobId)).filter(({ kind }) => kind !== "plan");
  }

  #count(open: readonly Breakpoint[]) {
    const fresh = open.filter(({ id }) => !this.#later.has(id)).length;
    return { fresh, later: open.length - fresh };
  }

  /** Whoever presses the key when nothing is left but what they have put off, wants to be asked that again. */
  async #put(open: readonly Breakpoint[]): Promise<Stood> {
    const { terminal, output, application, jobId, display, stop } = this.#work;
    const later = new Set(this.#count(open).fresh > 0 ? this.#later : []);
    const until = AbortSignal.any([this.#withdrawn.signal, stop]);
    this.#isAsking = true;
    display.suspend();
    try {
      const asked = await askOpenQuestions({ terminal, output, application, stop: until }, { jobId, later });
      for (const id of later) this.#later.add(id);
      return { asked, later };
    } finally {
      this.#isAsking = false;
      display.resume();
    }
  }
}

async function rest(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await delay(shortestLookMs, undefined, { signal }).catch(() => undefined);
}
