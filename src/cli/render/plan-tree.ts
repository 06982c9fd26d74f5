import type { PlanEstimate, TaskPrior } from "../../domain/plan/estimate.ts";
import type { Plan, PlanTask } from "../../domain/plan/plan-schema.ts";
import { topologicalLevels } from "../../domain/plan/topological-levels.ts";
import { counted } from "./quantities.ts";
import { costRange, durationRange } from "./range-text.ts";
import { noStyle, type Style } from "./style.ts";
import { displayWidth, oneLine, padTo, wrap } from "./terminal-text.ts";

export type PlanTreeOptions = {
  readonly columns: number;
  readonly style?: Style;
  /** Absent = no numbers are shown. `high` of its ranges is shown as the 90th percentile. */
  readonly estimate?: PlanEstimate;
  readonly priorOf?: (task: PlanTask) => TaskPrior;
  /** What a run would do about the task. */
  readonly noteOf?: (task: PlanTask) => string | undefined;
  /** Whether some numbers come from earlier runs. Default: not. */
  readonly hasHistory?: boolean;
};

const indent = "  ";
const detailIndent = "      ";
const fewestColumns = 20;

/**
 * A plan by depth: what stands in one level may run side by side. Nothing that a task is or does is cut off, because a
 * person says yes to it.
 * @throws {TuttiError} `PLAN_CYCLE`
 */
export function planTree(plan: Plan, options: PlanTreeOptions): string {
  const style = options.style ?? noStyle;
  const keyWidth = Math.max(...plan.tasks.map(({ key }) => displayWidth(key)));
  const levels = topologicalLevels(plan.tasks).flatMap((tasks, depth) => [
    "",
    style("bold", levelTitle(depth, tasks.length)),
    ...tasks.flatMap((task) => taskLines(task, keyWidth, options)),
  ]);
  const summary = wrap(plan.summary, widthFor(options, ""));
  return [...summary, ...levels, "", ...totalLines(plan, options), ""].join("\n");
}

const widthFor = ({ columns }: PlanTreeOptions, before: string): number =>
  Math.max(fewestColumns, columns - before.length);

const levelTitle = (depth: number, count: number): string =>
  `Level ${depth + 1}${count === 1 ? "" : `, ${count} tasks side by side`}`;

function taskLines(task: PlanTask, keyWidth: number, options: PlanTreeOptions): readonly string[] {
  const style = options.style ?? noStyle;
  const [first = "", ...more] = wrap(task.title, widthFor(options, indent) - keyWidth - indent.length);
  const under = " ".repeat(indent.length + keyWidth + indent.length);
  return [
    `${indent}${style("cyan", padTo(task.key, keyWidth))}${indent}${first}`,
    ...more.map((line) => `${under}${line}`),
    ...facts(task, options).flatMap((fact) =>
      wrap(fact, widthFor(options, detailIndent)).map((line) => detailIndent + style("dim", line)),
    ),
  ];
}

function facts(task: PlanTask, { priorOf, noteOf }: PlanTreeOptions): readonly string[] {
  const prior = priorOf?.(task);
  const estimate = prior === undefined ? [] : [durationRange(prior.durationMs), costRange(prior.costUsd)];
  const agent = task.agent === undefined ? [] : [`agent ${oneLine(task.agent)}`];
  const note = noteOf?.(task);
  return [
    [...(note === undefined ? [] : [note]), `priority ${task.priority}`, ...agent, ...estimate].join(" · "),
    ...listed("after", task.dependsOn),
    ...listed("makes", task.expectedOutputs),
    ...listed("changes only", task.footprint ?? []),
    ...listed("gates", task.gates ?? []),
  ];
}

const listed = (label: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`${label}: ${items.join(", ")}`];

function totalLines(plan: Plan, { estimate, hasHistory }: PlanTreeOptions): readonly string[] {
  if (estimate === undefined) return [counted(plan.tasks.length, "task")];
  const { tasks, depth, workers, makespanMs, workMs, costUsd, unpricedTasks, criticalPath } = estimate;
  const unpriced = unpricedTasks === 0 || costUsd === null ? "" : ` and ${counted(unpricedTasks, "unpriced task")}`;
  return [
    `${counted(tasks, "task")} in ${counted(depth, "level")}; longest chain: ${criticalPath.join(" → ")}`,
    `Estimate from ${hasHistory === true ? "earlier runs and " : ""}priors (p50–p90), without retries and planning:`,
    `${indent}time  ${durationRange(makespanMs)} with ${counted(workers, "worker")} (${durationRange(workMs)} one after another)`,
    `${indent}cost  ${costRange(costUsd)}${unpriced}`,
  ];
}
