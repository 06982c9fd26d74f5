import type { Breakpoint } from "../../domain/breakpoint/breakpoint.ts";
import type { Application } from "../../orchestration/application.ts";
import type { Output } from "../output.ts";
import { breakpointText } from "../render/breakpoint-text.ts";
import { patchLines } from "../render/patch-text.ts";
import { counted } from "../render/quantities.ts";

export type MoreRequest = {
  readonly output: Pick<Output, "stdout" | "columns" | "style">;
  readonly application: Pick<Application, "task" | "patch">;
};

/** More would push the question out of what a terminal keeps. */
const shownPatchLines = 400;

/** Everything that is known about a question, and the change that it is about. */
export async function showMore({ output, application }: MoreRequest, breakpoint: Breakpoint): Promise<void> {
  output.stdout(`\n${breakpointText(breakpoint, output)}`);
  const { taskId, context } = breakpoint;
  if (taskId === undefined || context.diff === undefined) return;
  const { text } = await application.patch(await application.task(taskId));
  const lines = patchLines(text, output.style);
  const hidden = lines.length - shownPatchLines;
  const rest = hidden > 0 ? `… ${counted(hidden, "more line")}: tutti task diff ${taskId}\n` : "";
  output.stdout(`\n${lines.slice(0, shownPatchLines).join("\n")}\n${rest}`);
}
