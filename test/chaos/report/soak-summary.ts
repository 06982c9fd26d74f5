import { growthOf, type Size } from "../soak/steadiness.ts";
import type { SoakLine } from "../soak/soak-lines.ts";

/** The log of a soak in Markdown. */
export function soakSummary(lines: readonly SoakLine[]): string {
  const begin = lines.find((line) => line.kind === "begin");
  const end = lines.find((line) => line.kind === "end");
  const jobs = lines.filter((line) => line.kind === "job");
  const kills = lines.filter((line) => line.kind === "kill" && line.victim !== "nobody").length;
  const tasks = jobs.reduce((sum, job) => sum + job.tasks, 0);
  const minutes = Math.round((lines.findLast((line) => "atMs" in line)?.atMs ?? 0) / 60_000);
  const verdict = end === undefined ? "was cut short" : end.problems.length === 0 ? "held" : "did **not** hold";
  return [
    `**The soak ${verdict}**: ${minutes} minutes at commit ${begin?.commit ?? "unknown"}, one \`tutti coordinator 2\`, ` +
      `${jobs.length} jobs with ${tasks} tasks one after another, ${kills} workers and agents killed meanwhile` +
      `${end === undefined ? "" : `, load average ${end.load.toFixed(1)} at the end`}.`,
    sizeTable(lines),
    ...(end === undefined || end.problems.length === 0
      ? []
      : [end.problems.map((problem) => `- ${problem}`).join("\n")]),
  ].join("\n\n");
}

const sizeText = ({ residentMb, openFiles, mostFiles }: Size): string =>
  `${residentMb} MB, ${openFiles} files (at most ${mostFiles})`;

function sizeTable(lines: readonly SoakLine[]): string {
  const rows = growthOf(lines).map(({ role, early, late }) => `| ${role} | ${sizeText(early)} | ${sizeText(late)} |`);
  return [
    "| median of | after the warm-up (20 to 45 % of the time) | in the last quarter |",
    "|---|---|---|",
    ...rows,
  ].join("\n");
}
