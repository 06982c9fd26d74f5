import type { Output } from "../../output.ts";
import type { DisplayFrame, JobDisplay, JobResult } from "./display.ts";
import { endingText } from "./ending-text.ts";
import { liveFrame } from "./live-frame.ts";
import { RemainingClock } from "./remaining-clock.ts";

const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";

export type LiveDisplayOptions = {
  readonly output: Output;
  /** The terminal to draw on. */
  readonly stream: NodeJS.WritableStream;
};

/** Draws the job on a terminal again and again. Library and cursor are taken only now, so that `--help` stays fast. */
export async function openLiveDisplay({ output, stream }: LiveDisplayOptions): Promise<JobDisplay> {
  const { createLogUpdate } = await import("log-update");
  // Its own hiding of the cursor writes to the process's stderr, whatever the stream is.
  return new LiveDisplay(output, stream, createLogUpdate(stream, { showCursor: true }));
}

/** log-update's function: draws in place of what it drew before. */
type Redraw = ((text: string) => void) & { clear(): void; done(): void };

class LiveDisplay implements JobDisplay {
  readonly #output: Output;
  readonly #stream: NodeJS.WritableStream;
  readonly #redraw: Redraw;
  readonly #remaining = new RemainingClock();
  #last: DisplayFrame | undefined;
  #giveBack: (() => void) | undefined;
  #invitation: string | undefined;
  #isSuspended = false;
  #isClosed = false;

  constructor(output: Output, stream: NodeJS.WritableStream, redraw: Redraw) {
    this.#output = output;
    this.#stream = stream;
    this.#redraw = redraw;
  }

  show(frame: DisplayFrame): void {
    this.#last = frame;
    // The plan stands above and a question below: nothing may be drawn over them.
    if (this.#isSuspended || this.#isClosed || frame.view.status === "proposed") {
      this.#leave("clear");
      return;
    }
    this.#enter();
    this.#draw(frame);
  }

  suspend(): void {
    this.#isSuspended = true;
    this.#leave("clear");
  }

  resume(): void {
    this.#isSuspended = false;
  }

  invite(text: string | undefined): void {
    this.#invitation = text;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#leave("keep");
    this.#isClosed = true;
  }

  finish(result: JobResult): void {
    this.#output.stdout(endingText(result, this.#output));
  }

  #draw({ view, now }: DisplayFrame): void {
    const { columns, rows, style } = this.#output;
    const remainingMs = this.#remaining.at(view, now);
    // One column and one row stay free: a full line would wrap, a full screen would scroll.
    const invitation = this.#invitation;
    this.#redraw(liveFrame(view, { columns: columns - 1, rows: rows - 1, now, style, remainingMs, invitation }));
  }

  #enter(): void {
    if (this.#giveBack !== undefined) return;
    this.#stream.write(hideCursor);
    process.once("exit", this.#restoreCursor);
    this.#giveBack = this.#output.takeScreen((text) => {
      // log-update's own `persist` would break long lines in the middle of words.
      this.#redraw.clear();
      this.#stream.write(text.endsWith("\n") ? text : `${text}\n`);
      if (this.#last !== undefined) this.#draw(this.#last);
    });
  }

  #leave(how: "keep" | "clear"): void {
    if (this.#giveBack === undefined) return;
    this.#giveBack();
    this.#giveBack = undefined;
    if (how === "clear") this.#redraw.clear();
    this.#redraw.done();
    process.off("exit", this.#restoreCursor);
    this.#restoreCursor();
  }

  readonly #restoreCursor = (): void => {
    if (this.#stream.writable) this.#stream.write(showCursor);
  };
}
