import type { QualityReport, StageVerdict } from "../../domain/quality/quality-report.ts";
import type { Style } from "./style.ts";
import { wrap } from "./terminal-text.ts";

type Page = { readonly style: Style; readonly width: number };

/** Stages with their scores, what was found, and what nobody has judged. */
export function qualityLines(quality: QualityReport, { style, width }: Page): readonly string[] {
  const score = quality.score === undefined ? "nothing was judged" : formatScore(quality.score);
  return [`    quality ${score}`, ...quality.stages.flatMap((stage) => stageLines(stage, { style, width }))];
}

const formatScore = (score: number): string => score.toFixed(2);

function stageLines(stage: StageVerdict, { style, width }: Page): readonly string[] {
  const { name, score, findings, reason = "", threshold, status, doubts = [], requirements = [] } = stage;
  if (status === "not-judged")
    return indented(`${name}: ${style("dim", "not judged")}: ${reason}`, { before: "      ", width });
  const sign = status === "passed" ? style("green", "passed") : style("red", "failed");
  const least = status === "failed" && threshold > 0 ? `, at least ${formatScore(threshold)}` : "";
  return [
    `      ${name}: ${sign} (${formatScore(score ?? 0)}${least})`,
    ...findings.flatMap(({ code, severity, message }) =>
      indented(`${severity === "blocker" ? "! " : "- "}${message} (${code})`, { before: "        ", width }),
    ),
    ...doubts.flatMap((doubt) => indented(`? ${doubt}`, { before: "        ", width })),
    ...requirements.flatMap(({ status: is, asked }) => indented(`${is}: ${asked}`, { before: "        ", width })),
  ];
}

const indented = (
  text: string,
  { before, width }: { readonly before: string; readonly width: number },
): readonly string[] => wrap(text, Math.max(20, width - before.length)).map((line) => before + line);

/** One line for a report: the score, the notes, and what was not judged. */
export function qualitySummary({ score, stages }: QualityReport): string {
  const judged = stages.filter(({ status }) => status !== "not-judged").map(({ name }) => name);
  const unjudged = stages.filter(({ status }) => status === "not-judged").map(({ name }) => name);
  const findings = stages.flatMap((stage) => stage.findings).length;
  return [
    score === undefined ? "quality: nothing was judged" : `quality ${formatScore(score)} (${judged.join(", ")})`,
    ...(findings === 0 ? [] : [`${findings} finding${findings === 1 ? "" : "s"}`]),
    ...(unjudged.length === 0 ? [] : [`not judged: ${unjudged.join(", ")}`]),
  ].join("; ");
}
