import { findExecutable, versionOf } from "../../src/agents/claude-code/executable.ts";
import type { Metric } from "../harness/contender.ts";
import { interleave } from "../harness/interleave.ts";
import type { Part, PartOptions } from "../harness/part.ts";
import { packageVersion } from "../harness/versions.ts";
import { coldQueries } from "./cold-queries.ts";
import { startModel, type ModelServer } from "./model-server.ts";
import { trivialScenario, trivialTasks, type TrivialTask } from "./trivial-task.ts";
import { warmSlots } from "./warm-slots.ts";
import { wholeJob } from "./whole-job.ts";
import { workflowTool } from "./workflow-tool.ts";

const ours = {
  warm: "Tutti: 2 warm slots",
  warmAlone: "Tutti: 1 warm slot",
  isolated: "Tutti: 2 warm slots, snapshot and reset",
  job: "Tutti: tutti run --plan, 4 workers",
};
const theirs = {
  workflow: "Claude Code: Workflow tool",
  worktrees: "Claude Code: Workflow tool, worktrees",
  cold: "Agent SDK: cold query(), 1 at a time",
  coldPair: "Agent SDK: cold query(), 2 at a time",
};

const perTask: Metric = { key: "msPerTask", title: "time per task", unit: "ms", better: "less" };
const fromStart: Metric = { ...perTask, key: "msPerTaskFromStart" };

/** Trivial agent tasks with the real `claude` and a scripted model: our slots, a process per task, its own orchestration. */
export const agentsPart: Part = {
  title: "(a) Trivial agent tasks",
  run: async (options) => {
    const count = options.isQuick ? 6 : 20;
    const tasks = trivialTasks(count);
    await using model = await startModel(trivialScenario(tasks));
    const samples = await interleave(contenders(model, tasks, options), {
      rounds: options.isQuick ? 1 : 5,
      budgetMs: 235_000,
      say: options.say,
    });
    const only = (names: readonly string[]) => new Map(names.map((name) => [name, samples.get(name) ?? []]));
    const { cold, coldPair, workflow, worktrees } = theirs;
    return {
      groups: [
        {
          title: "The agents alone, processes already up",
          reference: ours.warm,
          metrics: [perTask],
          samples: only([ours.warm, ours.warmAlone, workflow, cold, coldPair]),
        },
        {
          title: "Each agent isolated, processes already up",
          reference: ours.isolated,
          metrics: [perTask],
          samples: only([ours.isolated, worktrees]),
        },
        {
          title: `${count} tasks from the command to the end, start of all processes included`,
          reference: ours.job,
          metrics: [fromStart],
          samples: only([ours.job, workflow, worktrees, cold, coldPair]),
        },
      ],
      versions: {
        "Claude Code": (await versionOf(findExecutable(undefined).path)).replace(" (Claude Code)", ""),
        "@anthropic-ai/claude-agent-sdk": await packageVersion("@anthropic-ai/claude-agent-sdk", "project"),
      },
      notes,
    };
  },
};

function contenders(model: ModelServer, tasks: readonly TrivialTask[], { isQuick }: PartOptions) {
  const few = tasks.slice(0, isQuick ? 2 : 4);
  return [
    warmSlots({ name: ours.warm, model, tasks, slots: 2, isIsolated: false }),
    workflowTool({ name: theirs.workflow, model, tasks, isIsolated: false }),
    warmSlots({ name: ours.warmAlone, model, tasks, slots: 1, isIsolated: false }),
    coldQueries({ name: theirs.cold, model, tasks: few, concurrency: 1 }),
    coldQueries({ name: theirs.coldPair, model, tasks: few, concurrency: 2 }),
    warmSlots({ name: ours.isolated, model, tasks, slots: 2, isIsolated: true }),
    workflowTool({ name: theirs.worktrees, model, tasks, isIsolated: true }),
    wholeJob({ name: ours.job, model, tasks, workers: 4 }),
  ];
}

const notes: readonly string[] = [
  "A task is one Write call and a closing sentence: two answers of a scripted model that answers at once from a process " +
    "of its own. So all the time shown is overhead.",
  "*The agents alone*: in our slots one process each with `/clear` between tasks; in the Workflow tool all in one process, as " +
    "many at once as it sees fit, all in the user's checkout.",
  "*Isolated*: ours also commits each task's files into the user's repository and puts the slot back to its base commit; the " +
    "Workflow tool gives each agent a git worktree and leaves one branch for each task, uncommitted and unmerged.",
  "*From the command to the end*: `tutti run` also validates each result, merges task by task onto the job branch, reviews, " +
    "and records every step durably; the others do none of that.",
  "The cold queries were given 4 tasks a round: their time per task doesn't depend on the number.",
  "On a machine that is busy with other work `tutti run` starts fewer workers than it may: it looks at the load.",
];
