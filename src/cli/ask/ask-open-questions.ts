import type { BreakpointId, JobId } from "../../domain/ids.ts";
import { askBreakpoint, type Asking } from "./ask-breakpoint.ts";

export type AskedJob = {
  readonly jobId: JobId;
  /** What the person leaves open, now and before; it is not asked again. */
  readonly later: Set<BreakpointId>;
};

/** `settled`: something can go on, perhaps; `later`: everything stays open; `left`: the person wants to be asked nothing more. */
export type Asked = "settled" | "later" | "left";

/** Puts what a job waits for to the person at the terminal, one question after another, the oldest first. */
export async function askOpenQuestions(asking: Asking, { jobId, later }: AskedJob): Promise<Asked> {
  let isSettled = false;
  for (let number = 1; ; number++) {
    // Looked up each time: an answer may settle other questions, too.
    const open = (await asking.application.breakpoints(jobId)).filter(({ id }) => !later.has(id));
    const [next] = open;
    if (next === undefined) return isSettled ? "settled" : "later";
    const end = await askBreakpoint(asking, next, { number, of: number - 1 + open.length });
    if (end === "left") return "left";
    if (end === "later") later.add(next.id);
    else isSettled = true;
  }
}
