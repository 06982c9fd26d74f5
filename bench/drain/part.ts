import type { Metric } from "../harness/contender.ts";
import type { Part } from "../harness/part.ts";
import { drain } from "./drain.ts";

const metrics: readonly Metric[] = [
  { key: "enqueueMs", title: "enqueue in one batch", unit: "ms", better: "less" },
  { key: "perSecond", title: "tasks done", unit: "/s", better: "more" },
  { key: "peakMb", title: "coordinator, resident memory at the most", unit: "MB", better: "less" },
  { key: "statusMs", title: "a program asks for the job's status, 95th percentile", unit: "ms", better: "less" },
  { key: "taskMs", title: "it asks for one task, 95th percentile", unit: "ms", better: "less" },
];

const ours = "Tutti";

/** Very many tasks of one job, workers that die all the time, and nothing lost. */
export const drainPart: Part = {
  title: "(e) Very many tasks in one job, a worker killed every second",
  run: async ({ isQuick, say }) => {
    const taskCount = Number(process.env["DRAIN_TASKS"] ?? (isQuick ? 300 : 10_000));
    const { sample, killed, askedAgain } = await drain(taskCount, say);
    return {
      groups: [
        {
          title: `${taskCount.toLocaleString("en-US")} tasks, four workers`,
          reference: ours,
          metrics,
          samples: new Map([[ours, [sample]]]),
        },
      ],
      versions: {},
      notes: [
        `${killed} workers were killed with SIGKILL, one a second. Every task came to its end once, no file was merged twice or ` +
          `lost, and ${askedAgain} prompts were given to an agent again, never more than one for each death.`,
        "The fake agent answers at once; each task has its slot, snapshot, validation and record as with any agent. One task in " +
          "ten writes a file, which is merged. One run: no peer does this work.",
      ],
    };
  },
};
