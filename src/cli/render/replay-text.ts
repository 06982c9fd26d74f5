import type { ReplayedRun } from "../../orchestration/workflows/replay-run.ts";
import type { AskedCall, Divergence, ReplayReport } from "../../domain/workflow/replay-report.ts";
import type { Output } from "../output.ts";
import { oneLine } from "./terminal-text.ts";

type Page = Pick<Output, "style">;

/** A recorded run beside what code asks for, as a diff of calls: positions count from 1. */
export function replayText({ run, isSame, isSameCode, report }: ReplayedRun, page: Page): string {
  const title = `Run ${run.number} of workflow ${run.name}, job ${run.jobId}, with ${isSameCode ? "the code that it has" : "the code as it is now"}`;
  const verdict = isSame ? sameLines(report) : differsLines(report, run.jobId, page);
  return `${[title, "", ...verdict].join("\n")}\n`;
}

function sameLines({ matched, next, end }: ReplayReport): readonly string[] {
  const calls = `The same: ${matched} recorded ${matched === 1 ? "call matches" : "calls match"}`;
  if (end?.status === "completed") return [`${calls}, and the run ends as it did.`];
  if (end !== undefined) return [`${calls}, and the run fails: ${oneLine(end.error.message)} (${end.error.code})`];
  const [first, ...others] = next;
  if (first !== undefined && others.length === 0) return [`${calls}; the run would go on at ${placeOf(first)}.`];
  return [`${calls}; the run would go on at:`, ...next.map((call) => `  ${placeOf(call)}`)];
}

function differsLines(report: ReplayReport, jobId: string, page: Page): readonly string[] {
  const { divergences, matched, recorded, end } = report;
  if (divergences.length === 0) return [`${matched} recorded calls match, but ${endingOf(end)}.`];
  const count = divergences.length === 1 ? "one place" : `${divergences.length} places`;
  return [
    `Different in ${count}: ${matched} of ${recorded} recorded calls match.`,
    ...divergences.flatMap((divergence) => ["", ...hunk(divergence, page)]),
    "",
    ...(end?.status === "failed" ? [`Beyond that ${endingOf(end)}.`] : []),
    `A run can't go on with this code. Put it back, or begin anew with it: tutti resume ${jobId} --begin-anew`,
  ];
}

function endingOf(end: ReplayReport["end"]): string {
  if (end === undefined) return "the code does not come to the end that the run came to";
  if (end.status === "completed") return `the code comes to another end: ${JSON.stringify(end.output)}`;
  return `the code fails: ${oneLine(end.error.message)} (${end.error.code})`;
}

function hunk({ scope, position, what, before, recorded, asked, after }: Divergence, { style }: Page) {
  const line = (sign: string) => (call: AskedCall) => `${sign} ${placeOf(call)}`;
  return [
    style("dim", `@@ ${scope}, call ${position + 1} @@`),
    ...before.map(line(" ")),
    ...recorded.map((call) => style("red", line("-")(call))),
    ...asked.map((call) => style("green", line("+")(call))),
    ...after.map(line(" ")),
    `${what}.`,
  ];
}

const placeOf = ({ scope, position, kind, name }: AskedCall): string =>
  kind === name ? `${scope} ${position + 1} ${kind}` : `${scope} ${position + 1} ${kind} "${oneLine(name)}"`;
