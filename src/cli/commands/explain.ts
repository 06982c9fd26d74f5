import type { Confidence, ConfidenceTerm } from "../../domain/decide/confidence.ts";
import type { DecisionExplanation, RuleCheck } from "../../domain/decide/explain-decision.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Attempt, Task } from "../../domain/model.ts";
import type { Application } from "../../orchestration/application.ts";
import type { StoredDecision } from "../../domain/decide/stored-decision.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import type { Output } from "../output.ts";
import { confidenceText } from "../render/confidence-text.ts";
import { formatDateTime } from "../render/quantities.ts";
import { wrap } from "../render/terminal-text.ts";
import { withProject } from "../with-project.ts";

export type ExplainOptions = { readonly attempt?: number };

/** `tutti explain`: why a task's attempts became what they did. */
export const explainCommand = (cli: Cli, task: string, options: ExplainOptions): Promise<number> =>
  withProject(cli, ({ application }) => explain({ application, output: cli.output, task, ...options }));

export type ExplainRequest = ExplainOptions & {
  readonly application: Pick<Application, "job" | "tasks" | "attempts" | "insight">;
  readonly output: Output;
  readonly task: string;
  /** IANA name; default: the machine's. */
  readonly timeZone?: string;
};

/** @throws {TuttiError} `JOB_UNKNOWN`, `TASK_UNKNOWN`, `INPUT_INVALID` for an attempt that does not exist */
export async function explain({
  application,
  output,
  task: wanted,
  attempt,
  timeZone,
}: ExplainRequest): Promise<number> {
  const task = await findTask(application, wanted);
  const attempts =
    attempt === undefined ? await application.attempts(task) : [await application.insight.attempt(task, attempt)];
  const decisions = await application.insight.decisions(task);
  const explained = attempts.map((each) => ({
    attempt: each,
    decisions: decisions.filter(({ attemptId }) => attemptId === each.id),
  }));
  output.stdout(
    output.isJson ? `${JSON.stringify(jsonOf(task, explained))}\n` : textOf(task, explained, { output, timeZone }),
  );
  return exitCodes.done;
}

type Explained = { readonly attempt: Attempt; readonly decisions: readonly StoredDecision[] };

const jsonOf = ({ id, status }: Task, explained: readonly Explained[]) => ({
  task: id,
  status,
  attempts: explained.map(({ attempt, decisions }) => ({
    number: attempt.number,
    status: attempt.status,
    decisions: decisions.map(({ at, decision, explanation }) => ({ at, ...decision, ...explanation })),
  })),
});

type Page = { readonly output: Output; readonly timeZone: string | undefined };

function textOf(task: Task, explained: readonly Explained[], page: Page): string {
  const { style } = page.output;
  const title = `${style("bold", task.id)}: ${task.status}${task.reason === undefined ? "" : ` (${task.reason})`}`;
  if (explained.length === 0) return `${title}\nIt has not been started, so nothing was decided.\n`;
  return [title, ...explained.flatMap((each) => attemptLines(each, page)), ""].join("\n");
}

function attemptLines({ attempt, decisions }: Explained, page: Page): readonly string[] {
  const { output } = page;
  const model = attempt.model === undefined ? "" : ` with ${attempt.model}`;
  const title = `${output.style("bold", `Attempt ${attempt.number}`)}${model}: ${attempt.status}`;
  if (decisions.length === 0) return ["", title, "    nothing was decided about it yet"];
  return ["", title, ...decisions.flatMap((each) => decisionLines(each, page))];
}

function decisionLines({ at, decision, explanation }: StoredDecision, { output, timeZone }: Page): readonly string[] {
  const { action, reasons, change = [], confidence } = decision;
  const how = change.length === 0 ? "" : ` (${change.join(", ")})`;
  const width = Math.max(40, output.columns);
  const { style } = output;
  return [
    `  ${style("bold", `${action}${how}`)} at ${formatDateTime(at, timeZone)}`,
    ...reasons.flatMap((reason) => indented(`because ${reason}`, width)),
    ...(confidence === undefined ? [] : confidenceLines(confidence, width)),
    ...(explanation === undefined
      ? [`    ${decision.approvedBy === undefined ? "the merge queue" : "a person"} decided: no rule was asked`]
      : explanationLines(explanation, width)),
  ];
}

const explanationLines = ({ rules, alternatives }: DecisionExplanation, width: number): readonly string[] => [
  "    rules:",
  ...rules.flatMap((rule) => indented(ruleText(rule), width, 6)),
  "    not taken:",
  ...alternatives.flatMap(({ action, why }) => indented(`${action}: ${why}`, width, 6)),
];

const marks: Readonly<Record<RuleCheck["status"], string>> = {
  held: "held",
  fired: "fired",
  "not-judged": "not judged",
};

const ruleText = ({ rule, status, says }: RuleCheck): string => `${rule} ${marks[status]}: ${says}`;

function confidenceLines(confidence: Confidence, width: number): readonly string[] {
  return [
    ...indented(`confidence: ${confidenceText(confidence)}`, width),
    ...confidence.terms.flatMap((term) => indented(termText(term), width, 6)),
  ];
}

const termText = ({ name, value, weight, says }: ConfidenceTerm): string =>
  value === undefined ? `${name}: no weight, ${says}` : `${name}: ${value.toFixed(2)} × ${weight.toFixed(2)}, ${says}`;

const indented = (text: string, width: number, by = 4): readonly string[] =>
  wrap(text, width - by - 2).map((line) => `${" ".repeat(by)}${line}`);
