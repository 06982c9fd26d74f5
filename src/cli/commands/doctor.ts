import { diagnose, type DiagnoseOptions } from "../../config/doctor/diagnose.ts";
import type { Diagnosis } from "../../config/doctor/judge.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Output } from "../output.ts";
import { counted } from "../render/quantities.ts";
import type { Colour } from "../render/style.ts";
import { oneLine } from "../render/terminal-text.ts";

export type DoctorRequest = DiagnoseOptions & { readonly output: Output };

/**
 * Checks everything that a run needs.
 * @returns 1 when a check failed; warnings are 0
 */
export async function doctorCommand({ output, ...options }: DoctorRequest): Promise<number> {
  const entries = await diagnose(options);
  const isOk = entries.every(({ status }) => status !== "failed");
  if (output.isJson) output.stdout(`${JSON.stringify({ ok: isOk, checks: entries })}\n`);
  else output.stdout(doctorText(entries, output));
  return isOk ? exitCodes.done : exitCodes.failed;
}

const signs: Readonly<Record<Diagnosis["status"], { readonly symbol: string; readonly colour: Colour }>> = {
  ok: { symbol: "✓", colour: "green" },
  warning: { symbol: "!", colour: "yellow" },
  failed: { symbol: "✗", colour: "red" },
};

export function doctorText(entries: readonly Diagnosis[], { style }: Pick<Output, "style">): string {
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  const lines = entries.flatMap(({ name, status, detail, fix }) => {
    const { symbol, colour } = signs[status];
    const head = `${style(colour, symbol)} ${name.padEnd(width)}  ${oneLine(detail)}`;
    return fix === undefined ? [head] : [head, `${" ".repeat(width + 4)}${style("cyan", "fix:")} ${oneLine(fix)}`];
  });
  return `${lines.join("\n")}\n\n${verdict(entries)}\n`;
}

function verdict(entries: readonly Diagnosis[]): string {
  const count = (wanted: Diagnosis["status"]): number => entries.filter(({ status }) => status === wanted).length;
  const [failed, warnings] = [count("failed"), count("warning")];
  if (failed > 0) return `${counted(failed, "check")} failed: a job can't run yet.`;
  return warnings > 0 ? `Jobs can run; ${counted(warnings, "warning")}.` : "All is well.";
}
