import { isActive, type TaskStatus } from "../../../domain/task-status.ts";
import { elapsedMs, progressOf } from "./job-progress.ts";
import type { JobView, TaskView } from "./job-view.ts";
import { etaText, holdText, overallText, pausesAt, pauseText, resumeText } from "./overall-text.ts";
import { formatCost, formatDuration, formatTokens } from "../quantities.ts";
import type { Style } from "../style.ts";
import { liveWorkflow } from "./live-workflow.ts";
import { spinnerAt, taskSigns } from "../task-symbols.ts";
import { cut, displayWidth, fit, oneLine, padLeft } from "../terminal-text.ts";

export type FrameOptions = {
  readonly columns: number;
  /** Lines at the most. */
  readonly rows: number;
  readonly now: number;
  readonly style: Style;
  /** From `remainingMs`; costly for large plans, so the caller decides how often it is worked out. */
  readonly remainingMs: number | undefined;
  /** What there is to do for whoever watches. */
  readonly invitation?: string | undefined;
  /** Default: the machine's. */
  readonly timeZone?: string;
};

/** Lines that are always there: the goal and the bar. */
const fixedLines = 2;
const shownWarnings = 3;

/** Draws a job: goal, a line for each task, notes, bar. Each line is at most `columns` wide. */
export function liveFrame(view: JobView, options: FrameOptions): string {
  const { columns, rows, style } = options;
  const notes = noteLines(view, options).slice(0, Math.max(0, rows - fixedLines - 1));
  const tasks = taskLines(view, options, rows - fixedLines - notes.length);
  const title = style("bold", cut(oneLine(view.goal), columns));
  return [title, ...tasks, ...notes, barLine(view, options)].join("\n");
}

function taskLines(view: JobView, options: FrameOptions, room: number): readonly string[] {
  if (view.workflow !== undefined && view.workflow.notes.length > 0) {
    return liveWorkflow(view, view.workflow, { ...options, rows: room });
  }
  const layout = layoutFor(view.tasks, options.columns);
  // Nobody is at work any more: a clock or a spinner that goes on would say otherwise.
  const isAtRest = view.status === "interrupted";
  const draw = (task: TaskView): string => taskLine(task, layout, { ...options, isAtRest });
  if (view.tasks.length <= room) return view.tasks.map(draw);
  const urgent = view.tasks.toSorted((a, b) => urgency[a.status] - urgency[b.status]);
  const shown = urgent.slice(0, Math.max(0, room - 1));
  const hidden = urgent.slice(shown.length);
  return [...shown.map(draw), options.style("dim", cut(hiddenText(hidden), options.columns))];
}

/** What is shown first when there isn't room for all. */
const urgency: Readonly<Record<TaskStatus, number>> = {
  integrating: 0,
  validating: 0,
  running: 0,
  leased: 0,
  waiting: 1,
  failed: 2,
  ready: 3,
  blocked: 4,
  pending: 5,
  completed: 6,
  cancelled: 7,
};

/** `… 32 more pending`, `… 32 more: 20 pending, 12 completed` */
function hiddenText(hidden: readonly TaskView[]): string {
  const groups = [...Map.groupBy(hidden, ({ status }) => status)];
  const [first] = groups;
  if (first !== undefined && groups.length === 1) return `… ${hidden.length} more ${first[0]}`;
  return `… ${hidden.length} more: ${groups.map(([status, tasks]) => `${tasks.length} ${status}`).join(", ")}`;
}

/** Widths of the columns; 0 = left out. Blanks between columns are not in them. */
type Layout = {
  readonly key: number;
  readonly attempt: number;
  readonly text: number;
  readonly elapsed: number;
  readonly tokens: number;
  readonly cost: number;
};

const widestKey = 24;

/** Narrow terminals lose the cost first, then the tokens, then the attempt. */
function layoutFor(tasks: readonly TaskView[], columns: number): Layout {
  const key = Math.min(widestKey, Math.max(3, ...tasks.map((task) => displayWidth(task.key))), Math.floor(columns / 3));
  const attempt = columns >= 48 ? 3 : 0;
  const tokens = columns >= 60 ? 6 : 0;
  const cost = columns >= 72 ? 8 : 0;
  const elapsed = 7;
  const others = [1, key, attempt, elapsed, tokens, cost].filter((width) => width > 0);
  const taken = others.reduce((sum, width) => sum + width + 1, 0);
  return { key, attempt, tokens, cost, elapsed, text: Math.max(0, columns - taken) };
}

type LineOptions = FrameOptions & { readonly isAtRest: boolean };

function taskLine(task: TaskView, layout: Layout, { now, style, isAtRest }: LineOptions): string {
  const { symbol, colour } = taskSigns[task.status];
  const sign = isActive(task.status) && task.status !== "integrating" && !isAtRest ? spinnerAt(now) : symbol;
  const elapsed = isAtRest && isActive(task.status) ? undefined : elapsedMs(task, now);
  const cells = [
    style(colour, sign),
    fit(task.key, layout.key),
    layout.attempt === 0 ? undefined : fit(task.attempt === 0 ? "" : `#${task.attempt}`, layout.attempt),
    textCell(task, layout.text, style),
    padLeft(elapsed === undefined ? "" : formatDuration(elapsed), layout.elapsed),
    layout.tokens === 0 ? undefined : padLeft(tokensOf(task), layout.tokens),
    layout.cost === 0 ? undefined : padLeft(costOf(task), layout.cost),
  ];
  return cells
    .filter((cell) => cell !== undefined)
    .join(" ")
    .trimEnd();
}

const tokensOf = ({ usage }: TaskView): string => (usage === undefined ? "" : formatTokens(usage.totalTokens));
const costOf = ({ usage }: TaskView): string => (usage === undefined ? "" : formatCost(usage.costUsd));

/** What happens goes before the title, which keeps two fifths. */
function textCell(task: TaskView, width: number, style: Style): string {
  const title = oneLine(task.title);
  const note = task.activity?.text ?? task.reason;
  if (note === undefined || note === "" || width < 24) return fit(note ?? title, width);
  const room = Math.max(Math.floor(width * 0.4), width - displayWidth(note) - 2);
  const titleWidth = Math.min(displayWidth(title), room);
  return `${cut(title, titleWidth)}  ${style("dim", fit(note, width - titleWidth - 2))}`;
}

function noteLines(view: JobView, options: FrameOptions): readonly string[] {
  const { columns, style, now, timeZone, invitation } = options;
  const { activity } = view;
  const invited = invitation === undefined ? [] : [style("bold", cut(`? ${invitation}`, columns))];
  const doing = activity === undefined ? [] : [cut(`${activity.role}: ${activity.text}`, columns)];
  const pauses = pausesAt(view, now).map((pause) => style("yellow", cut(pauseText(pause, now, timeZone), columns)));
  const { resume } = view;
  const waiting = resume === undefined ? [] : [style("yellow", cut(resumeText(resume, now, timeZone), columns))];
  const held = view.hold === undefined ? [] : [style("yellow", cut(holdText(view.hold), columns))];
  const rescued = view.rescues.length === 0 ? [] : [cut(`${view.rescues.length} rescued: tutti rescue list`, columns)];
  const warnings = view.warnings.slice(-shownWarnings).map(({ taskKey, text }) => {
    const place = taskKey === undefined ? "" : `${taskKey}: `;
    return style("yellow", cut(`! ${place}${text}`, columns));
  });
  return [
    ...invited,
    ...doing.map((line) => style("dim", line)),
    ...pauses,
    ...waiting,
    ...held,
    ...rescued,
    ...warnings,
  ];
}

function barLine(view: JobView, { columns, style, remainingMs }: FrameOptions): string {
  const { doneFraction } = progressOf(view);
  const width = Math.min(20, Math.floor(columns / 8));
  const full = Math.floor(doneFraction * width);
  const text = cut(overallText(view, etaText(remainingMs)), columns - width - 3);
  return `[${style("green", "█".repeat(full))}${style("dim", "░".repeat(width - full))}] ${text}`;
}
