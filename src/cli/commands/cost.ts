import { TuttiError } from "../../domain/errors.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Application } from "../../orchestration/application.ts";
import type { CostAnswer, CostGrouping } from "../../orchestration/budget/costs.ts";
import type { FigureRoom } from "../../orchestration/insight/figure-room.ts";
import type { CostGroup, CostSum } from "../../domain/budget/cost-summary.ts";
import type { Cli } from "../cli.ts";
import type { Output } from "../output.ts";
import { counted, formatCost, formatDateTime, formatTokens } from "../render/quantities.ts";
import { textTable } from "../render/text-table.ts";
import { withProject } from "../with-project.ts";

export type CostOptions = { readonly by?: CostGrouping; readonly since?: string };

/** `tutti cost`: what was spent, by job, task, model, day or kind of conversation. */
export const costCommand = (cli: Cli, id: string | undefined, options: CostOptions): Promise<number> =>
  withProject(cli, ({ application }) => showCosts({ application, output: cli.output, id, ...options }));

export type CostRequest = CostOptions & {
  readonly application: Pick<Application, "job"> & { readonly figures: Pick<FigureRoom, "costs"> };
  readonly output: Output;
  /** A job's id or the beginning of it; `undefined`: every job of the project. */
  readonly id: string | undefined;
  /** IANA name; default: the machine's. */
  readonly timeZone?: string;
};

/** @throws {TuttiError} `JOB_UNKNOWN`, `INPUT_INVALID` for a date that doesn't exist */
export async function showCosts({ application, output, id, by, since, timeZone }: CostRequest): Promise<number> {
  const from = since === undefined ? undefined : startOfDay(since);
  const job = id === undefined ? undefined : await application.job(id);
  const answer = await application.figures.costs({
    ...(job === undefined ? {} : { job }),
    ...(by === undefined ? {} : { by }),
    ...(from === undefined ? {} : { since: from }),
    dayOf: (at) => formatDateTime(at, timeZone).slice(0, 10),
  });
  const place = { job: job?.id ?? null, since: since ?? null };
  output.stdout(output.isJson ? `${JSON.stringify({ ...place, ...answer })}\n` : costText(answer, output));
  return exitCodes.done;
}

/** Midnight of a calendar day on this machine. */
function startOfDay(text: string): number {
  const [year, month, day] = text.split("-").map(Number);
  const date = new Date(year ?? Number.NaN, (month ?? 0) - 1, day);
  const isSame = date.getFullYear() === year && date.getMonth() + 1 === month && date.getDate() === day;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && isSame) return date.getTime();
  throw new TuttiError("INPUT_INVALID", `--since: "${text}" is no day`, {
    hint: "Write it as year, month and day: 2026-11-21",
  });
}

function costText({ by, groups, total }: CostAnswer, { style }: Output): string {
  if (groups.length === 0) return "Nothing was spent.\n";
  const right = { align: "right" } as const;
  const hasUnpriced = total.unpricedTokens > 0;
  const columns = [
    { title: by },
    ...["turns", "input", "output", "cache read", "cache write", "cost"].map((title) => ({ title, ...right })),
    ...(hasUnpriced ? [{ title: "unpriced tokens", ...right }] : []),
  ];
  const rows = groups.map((group) => [...cellsOf(group), ...(hasUnpriced ? [unpricedCell(group)] : [])]);
  const table = textTable(columns, rows);
  return `${table}\n${style("bold", totalText(total))}\n`;
}

const cellsOf = (group: CostGroup): readonly string[] => [
  group.key,
  String(group.turns),
  formatTokens(group.inputTokens),
  formatTokens(group.outputTokens),
  formatTokens(group.cacheReadTokens),
  formatTokens(group.cacheWriteTokens),
  costCell(group),
];

/** A cost of which only a part is known is a lower bound and says so. */
const costCell = ({ costUsd, knownCostUsd }: CostSum): string =>
  costUsd === null && knownCostUsd > 0 ? `at least ${formatCost(knownCostUsd)}` : formatCost(costUsd);

const unpricedCell = ({ unpricedTokens }: CostSum): string =>
  unpricedTokens === 0 ? "" : formatTokens(unpricedTokens);

function totalText(total: CostSum): string {
  const used = `${formatTokens(total.totalTokens)} tokens in ${counted(total.turns, "turn")}`;
  if (total.costUsd !== null) return `Total: ${formatCost(total.costUsd)} for ${used}`;
  const unpriced = `${formatTokens(total.unpricedTokens)} of them unpriced`;
  return `Total: at least ${formatCost(total.knownCostUsd)} for ${used}, ${unpriced}`;
}
