import type { FeedbackGroup, FeedbackGrouping } from "../../domain/feedback/analyze.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Application } from "../../orchestration/application.ts";
import type { FeedbackAnswer } from "../../orchestration/insight/insight.ts";
import type { Cli } from "../cli.ts";
import type { Output } from "../output.ts";
import { counted } from "../render/quantities.ts";
import { oneLine } from "../render/terminal-text.ts";
import { textTable } from "../render/text-table.ts";
import { withProject } from "../with-project.ts";

export type FeedbackOptions = { readonly by?: FeedbackGrouping };

/** `tutti feedback`: what this project's attempts came to, by what they have in common. */
export const feedbackCommand = (cli: Cli, options: FeedbackOptions): Promise<number> =>
  withProject(cli, ({ application }) => feedback({ application, output: cli.output, ...options }));

export type FeedbackRequest = FeedbackOptions & {
  readonly application: Pick<Application, "insight">;
  readonly output: Output;
};

export async function feedback({ application, output, by = "model" }: FeedbackRequest): Promise<number> {
  const answer = await application.insight.feedback(by);
  output.stdout(output.isJson ? `${JSON.stringify(answer)}\n` : textOf(answer, output));
  return exitCodes.done;
}

function textOf({ by, attempts, groups, calibration, lessons }: FeedbackAnswer, { style }: Output): string {
  if (attempts === 0) return "No attempt has been decided on yet.\n";
  const right = { align: "right" } as const;
  const share = by === "class" ? "of all" : "good";
  const titles = ["attempts", by === "class" ? "failed so" : "good", share, "95 %", "rated"];
  const columns = [{ title: by }, ...titles.map((title) => ({ title, ...right })), { title: "most often found" }];
  return [
    textTable(columns, groups.map(cellsOf)),
    style("bold", `${counted(attempts, "attempt")}; confidence is ${calibrationText(calibration)}.`),
    ...(lessons.length === 0 ? [] : ["", "What the next prompts say of it:", ...lessons.map((line) => `- ${line}`)]),
    "",
  ].join("\n");
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const cellsOf = ({ key, attempts, count, rate, interval, meanStars, findings }: FeedbackGroup): readonly string[] => [
  key,
  String(attempts),
  String(count),
  percent(rate),
  `${percent(interval.low)}–${percent(interval.high)}`,
  meanStars === undefined ? "" : meanStars.toFixed(1),
  findings.map((finding) => `${oneLine(finding.code)} (${finding.count})`).join(", "),
];

const calibrationText = ({ known, needed, isCalibrated }: FeedbackAnswer["calibration"]): string =>
  isCalibrated
    ? `calibrated by ${counted(known, "outcome")}`
    : `uncalibrated: ${counted(known, "outcome")} of the ${needed} that it needs, three of each kind`;
