import { exitCodes } from "../../domain/job-status.ts";
import { pruneJournals, type PrunedJournals } from "../../orchestration/jobs/prune-journals.ts";
import type { Cli } from "../cli.ts";
import { formatBytes } from "../render/checkpoint-text.ts";
import { counted } from "../render/quantities.ts";
import { withProject } from "../with-project.ts";

export type StatePruneOptions = {
  readonly olderThan?: number;
  readonly activity?: boolean;
  readonly events?: boolean;
  readonly journals?: boolean;
  readonly dryRun?: boolean;
};

const usualAgeMs = 90 * 86_400_000;

/** `tutti state prune` */
export const statePruneCommand = (cli: Cli, options: StatePruneOptions): Promise<number> =>
  withProject(cli, async ({ services }) => {
    const { olderThan = usualAgeMs, activity: isWithActivity = false, events: isWithEvents = false } = options;
    const { history } = services.state;
    const pruning = { endedBy: services.now() - olderThan, isWithActivity, isWithEvents };
    const isDryRun = options.dryRun === true;
    const removed = await (isDryRun ? history.prunable(pruning) : history.prune(pruning));
    const { endedBy } = pruning;
    const journals = options.journals === true ? await pruneJournals(services, { endedBy, isDryRun }) : undefined;
    const holds = await history.size();
    if (cli.output.isJson) {
      const { activities, events, ...said } = removed;
      const asked = { ...(isWithActivity ? { activities } : {}), ...(isWithEvents ? { events } : {}) };
      cli.output.stdout(`${JSON.stringify({ ...said, ...asked, journals, isDryRun, bytes: holds })}\n`);
      return exitCodes.done;
    }
    const lines = [
      removedText(removed, pruning, isDryRun),
      ...(journals === undefined ? [] : [journalsText(journals, isDryRun)]),
      sizeText(holds),
    ];
    cli.output.stdout(`${lines.join("\n")}\n`);
    return exitCodes.done;
  });

type Removed = Readonly<Record<"jobs" | "prompts" | "questions" | "entries" | "activities" | "events", number>>;
type Asked = { readonly isWithActivity: boolean; readonly isWithEvents: boolean };

function removedText(removed: Removed, asked: Asked, isDryRun: boolean): string {
  const { jobs, prompts, questions, entries, activities, events } = removed;
  const parts = [
    counted(prompts, "prompt"),
    `${counted(questions, "question")} to the supervisor`,
    `${entries} answers and verdicts`,
    ...(asked.isWithActivity ? [`${counted(activities, "line")} of agents' logs`] : []),
    ...(asked.isWithEvents ? [counted(events, "event")] : []),
  ];
  return `${isDryRun ? "Would remove" : "Removed"} from ${counted(jobs, "job")}: ${parts.join(", ")}.`;
}

function journalsText({ jobs, runs, records, bytes, keptJobs }: PrunedJournals, isDryRun: boolean): string {
  const amount = `${counted(runs, "run")} with ${counted(records, "record")}, ${formatBytes(bytes)}`;
  const kept = keptJobs === 0 ? "" : ` ${counted(keptJobs, "job")} kept: a resume would go on from there.`;
  return `${isDryRun ? "Would remove" : "Removed"} journals of ${counted(jobs, "job")}: ${amount}.${kept}`;
}

type Holds = Readonly<Record<"prompts" | "activity" | "events" | "journals" | "checkpoints" | "rest", number>>;

function sizeText(holds: Holds): string {
  const { prompts, activity, events, journals, checkpoints, rest } = holds;
  const parts = [
    `${formatBytes(prompts)} prompts, answers and questions`,
    `${formatBytes(activity)} agents' logs`,
    `${formatBytes(events)} events`,
    `${formatBytes(journals)} journals`,
    `${formatBytes(checkpoints)} checkpoints`,
    `${formatBytes(rest)} all else`,
  ];
  const sum = Object.values(holds).reduce((total, bytes) => total + bytes, 0);
  return `The database holds ${formatBytes(sum)}: ${parts.join(", ")}.`;
}
