import { lintPlan } from "../../domain/plan/lint/lint-plan.ts";
import type { Plan } from "../../domain/plan/plan-schema.ts";
import type { JobSettings } from "../../domain/settings.ts";
import type { Cli } from "../cli.ts";
import { remarksNote } from "../render/plan-remarks-text.ts";

export type RemarksOf = {
  readonly settings: Pick<JobSettings, "gates">;
  /** What shows them all. */
  readonly command: string;
};

/** Before a plan costs anything: one line if there is something to say about it. Never stops a run. */
export function tellRemarks({ output, isDemo }: Cli, plan: Plan, { settings, command }: RemarksOf): void {
  if (isDemo === true) return;
  const remarks = lintPlan(plan, { gates: settings.gates.map(({ name }) => name) });
  const note = remarksNote(remarks, command);
  if (note !== undefined) output.stderr(note);
}
