import { errorToJson } from "../../domain/errors.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { TemplateListing, TemplateReport } from "../../orchestration/prompts/prompt-room.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import type { Output } from "../output.ts";
import { errorText } from "../render/error-text.ts";
import { promptsText } from "../render/prompt-text.ts";
import { counted } from "../render/quantities.ts";
import { oneLine } from "../render/terminal-text.ts";
import { textTable } from "../render/text-table.ts";
import { withProject } from "../with-project.ts";

export type PromptShowOptions = { readonly attempt?: number };

/**
 * `tutti prompt show`
 * @throws {TuttiError} `JOB_UNKNOWN`, `TASK_UNKNOWN`, `INPUT_INVALID`, `TEMPLATE_INVALID`
 */
export const promptShowCommand = (cli: Cli, wanted: string, { attempt }: PromptShowOptions): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const task = await findTask(application, wanted);
    const shown = await application.prompts.show(task, attempt);
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ task: task.id, ...shown })}\n`);
    else cli.output.stdout(promptsText(task.key, shown, cli.output.style));
    return exitCodes.done;
  });

/** `tutti prompt list`. @throws {TuttiError} `TEMPLATE_INVALID` */
export const promptListCommand = (cli: Cli): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const templates = await application.prompts.templates();
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ templates })}\n`);
    else cli.output.stdout(listText(templates));
    return exitCodes.done;
  });

const listText = (templates: readonly TemplateListing[]): string =>
  textTable(
    [{ title: "template" }, { title: "from" }, { title: "when" }, { title: "variables" }],
    templates.map(({ name, from, purpose, variables }) => [oneLine(name), from, purpose, variables.join(" ")]),
  );

/** `tutti prompt check`. What is wrong is printed as errors are, one for each template. */
export const promptCheckCommand = (cli: Cli): Promise<number> =>
  withProject(cli, async ({ application }) => {
    const report = await application.prompts.check();
    if (report.broken.length > 0) return tellBroken(cli.output, report);
    const { broken: _none, untried: _tried, ...good } = report;
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify({ ok: true, ...good })}\n`);
    else cli.output.stdout(`${reportLines(report).map(oneLine).join("\n")}\n`);
    return exitCodes.done;
  });

type Face = Pick<Output, "isJson" | "stdout" | "stderr" | "style">;

/** @returns the exit code of a mistake in what was given */
export function tellBroken({ isJson, stdout, stderr, style }: Face, { broken, untried }: TemplateReport): number {
  const [error, ...others] = broken.map(errorToJson);
  if (isJson) stdout(`${JSON.stringify({ type: "error", error, others, untried })}\n`);
  else stderr(`${broken.map((each) => errorText(each, style)).join("")}${untriedText(untried)}`);
  return exitCodes.usage;
}

const untriedText = (untried: readonly string[]): string =>
  untried.length === 0 ? "" : `Not tried, because of what they use: ${untried.map(oneLine).join(", ")}.\n`;

/** One line for each thing to know about a project's templates. */
export function reportLines({ templates, warnings, uncommitted }: TemplateReport): readonly string[] {
  if (templates.length === 0 && uncommitted.length === 0) return ["This project has no templates of its own."];
  return [
    `${counted(templates.length, "template")} can be used.`,
    ...warnings.map(({ template, leavesOut }) => `${template} never shows ${leavesOut.join(", ")}.`),
    ...(uncommitted.length === 0
      ? []
      : [
          `Not committed as they are here: ${uncommitted.join(", ")}. A job uses those of the commit that it starts from.`,
        ]),
  ];
}
