import type { Output } from "../../output.ts";
import type { DisplayFrame, JobDisplay, JobResult } from "./display.ts";

/** A line of JSON for each event as it is stored, and `{"type":"result",…}` as the last one. For programs. */
export function jsonDisplay({ stdout }: Pick<Output, "stdout">): JobDisplay {
  return {
    show({ news }: DisplayFrame): void {
      for (const event of news) stdout(`${JSON.stringify(event)}\n`);
    },
    suspend: () => undefined,
    resume: () => undefined,
    invite: () => undefined,
    close: () => undefined,
    finish({ report, ...result }: JobResult): void {
      stdout(`${JSON.stringify({ type: "result", ...result, report: report ?? null })}\n`);
    },
  };
}
