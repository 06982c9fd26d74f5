import type { Breakpoint } from "../../domain/breakpoint/breakpoint.ts";
import { readAnswer } from "../../domain/breakpoint/check-answer.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Application } from "../../orchestration/application.ts";
import type { Cli } from "../cli.ts";
import { breakpointListText, breakpointText } from "../render/breakpoint-text.ts";
import { userName } from "../user-name.ts";
import { withProject } from "../with-project.ts";

export type BreakpointListOptions = { readonly all?: boolean };

/** `tutti breakpoint list`: the one place to look for what waits for a person. */
export function breakpointListCommand(
  cli: Cli,
  job: string | undefined,
  { all = false }: BreakpointListOptions,
): Promise<number> {
  return withProject(cli, async ({ application }) => {
    const jobId = job === undefined ? undefined : (await application.job(job)).id;
    const breakpoints = await application.breakpoints(jobId, { isSettledToo: all });
    const { output } = cli;
    output.stdout(output.isJson ? `${JSON.stringify({ breakpoints })}\n` : breakpointListText(breakpoints));
    return exitCodes.done;
  });
}

/** `tutti breakpoint show`: everything that is known, and what each answer would do. */
export function breakpointShowCommand(cli: Cli, id: string): Promise<number> {
  return withProject(cli, async ({ application }) => {
    const breakpoint = await application.breakpoint(id);
    const { output } = cli;
    output.stdout(output.isJson ? `${JSON.stringify({ breakpoint })}\n` : breakpointText(breakpoint, output));
    return exitCodes.done;
  });
}

export type BreakpointResolveOptions = {
  readonly answer?: string | undefined;
  readonly note?: string;
  readonly amount?: number;
};

/** `tutti breakpoint resolve`: answers, and says how the job goes on. */
export function breakpointResolveCommand(cli: Cli, id: string, options: BreakpointResolveOptions): Promise<number> {
  return withProject(cli, async ({ application }) => {
    const asked = await application.breakpoint(id);
    const { note, amount } = options;
    const { breakpoint, isNew } = await application.resolveBreakpoint(asked.id, {
      answer: readAnswer(asked, options.answer ?? impliedAnswer(asked, note)),
      by: userName(),
      ...(note === undefined ? {} : { note }),
      ...(amount === undefined ? {} : { amountUsd: amount }),
    });
    const isDriven = await goesOnByItself(application, breakpoint);
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ breakpoint, isNew, isDriven })}\n`);
    else cli.output.stdout(`${resolvedText(breakpoint, { isNew, isDriven })}\n`);
    return exitCodes.done;
  });
}

/** A drive that has come to its end takes up nothing more, though its process may still be there. */
async function goesOnByItself(
  application: Pick<Application, "job" | "isDriven">,
  { jobId }: Breakpoint,
): Promise<boolean> {
  const { status } = await application.job(jobId);
  return status !== "waiting" && (await application.isDriven(jobId));
}

/** Words alone answer a question. */
const impliedAnswer = ({ kind }: Breakpoint, note: string | undefined): string | undefined =>
  kind === "question" && note !== undefined ? "answer" : undefined;

function resolvedText(
  { id, jobId, answer }: Breakpoint,
  { isNew, isDriven }: { readonly isNew: boolean; readonly isDriven: boolean },
): string {
  const what = `${id}: ${answer?.answer ?? "settled"}${isNew ? "" : " (it was answered so before)"}`;
  return isDriven ? `${what}. Job ${jobId} goes on.` : `${what}. Go on: tutti resume ${jobId}`;
}
