import type { StoredEvent } from "../../../../src/domain/events.ts";
import { inspectJob, type JobFacts } from "../../inspect-job.ts";
import { parseNdjson, type TuttiResult } from "../../tutti-process.ts";
import { brokenPromises, checkoutOf, mergedTasks } from "../broken-promises.ts";
import { whenProcessesAreGone } from "../project-processes.ts";
import { goneWithinMs } from "../survive.ts";
import type { PatternCase } from "./pattern-cases.ts";
import { patternJob, runArgs, type PatternJob } from "./pattern-job.ts";

/** What a job of a pattern came to. */
export type PatternEnd = {
  /** Records of the workflow's journal. */
  readonly records: number;
  readonly output: unknown;
  /** `<role>/<task>#<attempt>`, once for each time that an agent was asked. */
  readonly asked: readonly string[];
  readonly commands: readonly string[];
  /** By task: how its attempts ended, in order. */
  readonly attempts: Readonly<Record<string, readonly string[]>>;
  readonly merged: readonly string[];
  /** What the branch holds: the id of its tree. */
  readonly tree: string;
};

export type PatternKill = {
  /** Before its record is made, or after. */
  readonly side: "before" | "after";
  /** From 1. */
  readonly record: number;
};

export type PatternSurvival = {
  readonly exits: readonly (number | string | null)[];
  /** Asked for once more, because they were in a turn. */
  readonly repeated: readonly string[];
  /** Empty when everything held. */
  readonly problems: readonly string[];
  readonly said: string;
};

/** @throws when it does not come to a good end though nobody disturbs it */
export async function undisturbedPattern(given: PatternCase): Promise<PatternEnd> {
  const job = await patternJob(given);
  try {
    const result = await job.start(runArgs(given)).ended;
    if (result.exitCode !== 0) throw new Error(`${given.workflow} ended badly: ${said([result])}`);
    return await endOf(job, result, await inspectJob(job.project));
  } finally {
    await job.remove();
  }
}

/** Runs a pattern's job whose coordinator is killed at a record of the workflow, and resumes it. */
export async function survivePattern(
  given: PatternCase,
  whole: PatternEnd,
  kill: PatternKill,
): Promise<PatternSurvival> {
  const job = await patternJob(given);
  try {
    const checkout = await checkoutOf(job.project);
    const point = kill.side === "before" ? "workflow.recording" : "workflow.recorded";
    const first = await job.start(runArgs(given), `${point}:${kill.record}@coordinator`).ended;
    const leftover = await whenProcessesAreGone(job.project, goneWithinMs);
    const midway = await inspectJob(job.project);
    const last = await job.start(["resume", "--yes", "--json"]).ended;
    const facts = await inspectJob(job.project);
    const promised = { ...whole, files: {}, lines: {}, written: [], checkout };
    const broken = await brokenPromises(job.project, promised);
    const end = await endOf(job, last, facts);
    const repeated = extra(whole.asked, end.asked);
    const problems = [
      ...(first.signal === "SIGKILL" && last.exitCode === 0 ? [] : [`ended: ${said([first, last])}`]),
      ...leftover.map(({ command }) => `did not stop by itself: ${command}`),
      ...broken,
      ...differences(whole, end),
      ...unduly(repeated, midway),
      ...commandProblems(whole, end, kill),
    ];
    return { exits: [first, last].map(exitOf), repeated, problems, said: said([first, last]) };
  } finally {
    await job.remove();
  }
}

async function endOf(job: PatternJob, { stdout }: TuttiResult, facts: JobFacts): Promise<PatternEnd> {
  const { git } = job.project;
  const merged = await mergedTasks(git, facts.job);
  return {
    records: await job.records(),
    output: parseNdjson(stdout).at(-1)?.["output"],
    asked: (await job.asked()).map(({ role, task, attempt }) => `${role}/${task}#${attempt}`),
    commands: await job.commands(),
    attempts: Object.fromEntries(
      Object.entries(facts.attempts).map(([key, all]) => [key, all.map(({ status }) => status)]),
    ),
    merged: merged.map((id) => id.slice(facts.job.id.length + 1)),
    tree: await git("rev-parse", `${facts.job.branch}^{tree}`),
  };
}

/** Another one in each run: commits know when they were made. */
const commitId = /\b[0-9a-f]{40}\b/g;

function differences(whole: PatternEnd, end: PatternEnd): readonly string[] {
  const [expected, found] = [whole, end].map(({ output }) => JSON.stringify(output).replaceAll(commitId, "<commit>"));
  return [
    ...(found === expected ? [] : [`came to ${found}, undisturbed to ${expected}`]),
    ...(end.tree === whole.tree ? [] : ["the branch holds other files"]),
    ...extra(Object.keys(whole.attempts), Object.keys(end.attempts)).map((key) => `one task too many: ${key}`),
    ...extra(end.asked, whole.asked).map((name) => `never asked: ${name}`),
  ];
}

/** Of `found`, what is there more often than in `expected`. */
function extra(expected: readonly string[], found: readonly string[]): readonly string[] {
  const left = [...expected];
  return found.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Only who was in a turn may be asked again, and only once. */
function unduly(repeated: readonly string[], { events, job }: JobFacts): readonly string[] {
  const answered = new Set(events.filter(isFinishedTurn).map(({ taskId }) => `${taskId}`));
  return repeated.flatMap((name, index) => {
    const task = `${job.id}/${name.replace(/^\w+\//, "").replace(/#\d+$/, "")}`;
    if (repeated.indexOf(name) !== index) return [`asked three times: ${name}`];
    if (answered.has(task)) return [`asked again though its answer was recorded: ${name}`];
    return name.startsWith("worker/") ? [] : [`asked again: ${name}`];
  });
}

const isFinishedTurn = ({ type, data }: StoredEvent): boolean =>
  type === "attempt-executed" && "status" in data && data.status === "finished";

/** What is not recorded yet comes again: that one command, and no other. */
function commandProblems(whole: PatternEnd, end: PatternEnd, { side }: PatternKill): readonly string[] {
  const again = extra(whole.commands, end.commands).length;
  const missing = extra(end.commands, whole.commands).length;
  const allowed = side === "before" ? 1 : 0;
  return again <= allowed && missing === 0 ? [] : [`${again} commands too many, ${missing} too few`];
}

const exitOf = ({ exitCode, signal }: TuttiResult): number | string | null => exitCode ?? signal;

const said = (results: readonly TuttiResult[]): string =>
  results
    .map((result) => `${exitOf(result)} ${result.stderr}${result.stdout.split("\n").slice(-4).join("\n")}`)
    .join("\n---\n");
