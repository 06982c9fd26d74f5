import { countRemarks } from "../../domain/plan/lint/lint-plan.ts";
import type { PlanRemark, RemarkSeverity } from "../../domain/plan/lint/plan-remark.ts";
import { formatPlanPath, type PlanPath } from "../../domain/plan/plan-problem.ts";
import type { Output } from "../output.ts";
import { counted } from "./quantities.ts";
import { oneLine, wrap } from "./terminal-text.ts";

export type RemarksPage = Pick<Output, "columns" | "style"> & {
  /** Where in its file a value is; absent where there is no file. */
  readonly placeOf?: (path: PlanPath) => string | undefined;
};

const colours = { error: "red", warning: "yellow", hint: "dim" } as const;

/** Every remark with its place, what is wrong and what to do. */
export function remarksText(remarks: readonly PlanRemark[], page: RemarksPage): string {
  if (remarks.length === 0) return "Nothing to remark.\n";
  return `${remarks.map((remark) => remarkLines(remark, page).join("\n")).join("\n")}\n\n${totals(remarks)}\n`;
}

function remarkLines({ rule, severity, path, message, fix }: PlanRemark, page: RemarksPage): readonly string[] {
  const place = page.placeOf?.(path) ?? formatPlanPath(path);
  const width = Math.max(40, page.columns - 4);
  return [
    `${place}: ${page.style(colours[severity], severity)} ${rule}`,
    ...wrap(`${oneLine(message)}.`, width).map((line) => `    ${line}`),
    ...wrap(oneLine(fix), width).map((line) => `    ${page.style("dim", line)}`),
  ];
}

const severities: readonly RemarkSeverity[] = ["error", "warning", "hint"];

function totals(remarks: readonly PlanRemark[]): string {
  const counts = countRemarks(remarks);
  return severities
    .flatMap((severity) => (counts[severity] === 0 ? [] : [counted(counts[severity], severity)]))
    .join(", ");
}

/** For whoever is about to run the plan. Hints are not worth an interruption. */
export function remarksNote(remarks: readonly PlanRemark[], command: string): string | undefined {
  const heavy = remarks.filter(({ severity }) => severity !== "hint");
  return heavy.length === 0 ? undefined : `note: ${totals(heavy)} about this plan, see: ${command}\n`;
}
