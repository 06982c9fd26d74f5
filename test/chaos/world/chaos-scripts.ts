import type { ChaosPlan, ChaosTask } from "../plan/chaos-plan.ts";
import { turnCostUsd } from "../plan/chaos-plan.ts";
import { answerKeyOf } from "./chaos-workflow.ts";
import { addLine, dropMarkers, markCommand } from "../../support/crash/crash-scripts.ts";

const review = { verdict: "reached", summary: "All there.", findings: [], nextSteps: [] };

const plannedTask = ({ key, dependsOn, priority }: ChaosTask) => ({
  key,
  title: `Write ${key}`,
  prompt: `Write ${key}.`,
  dependsOn,
  priority,
  expectedOutputs: [`out/${key}.txt`],
});

const planOf = ({ tasks }: ChaosPlan) => ({ summary: "Files.", tasks: tasks.map(plannedTask) });

type Work = { readonly runs: readonly string[]; readonly writes: Readonly<Record<string, string>> };

const workOf = ({ key, addsLine }: ChaosTask, content: string, written: string): Work => ({
  runs: [markCommand(written), ...(addsLine ? [addLine(key)] : [])],
  writes: { [`out/${key}.txt`]: `${content}\n` },
});

/** One for each attempt; the last one answers all that follow. */
const worksOf = (task: ChaosTask, written: string): readonly Work[] => [
  ...(task.isWrongAtFirst ? [workOf(task, "bad", written)] : []),
  workOf(task, task.key, written),
];

export type ScriptFiles = {
  /** Where agents note what they wrote. */
  readonly written: string;
  readonly requestLog: string;
};

/** For the fake agent. */
export function fakeScriptOf(plan: ChaosPlan, { written, requestLog }: ScriptFiles): unknown {
  const usage = { costUsd: turnCostUsd };
  const answer = (task: ChaosTask, { runs, writes }: Work) => {
    const work = { run: runs, write: writes, text: `Wrote ${task.key}.`, usage };
    const failure = { class: "transient", message: "529 Overloaded", times: task.outages };
    return {
      delayMs: task.thinkingMs,
      ...work,
      ...(task.outages > 0 ? { failure } : {}),
      again: { ...work, ...(task.outages > 0 ? { failure } : {}) },
    };
  };
  const resolve = { run: [markCommand(written), dropMarkers], text: "Kept both.", usage };
  return {
    requestLog,
    answers: {
      ...Object.fromEntries(
        plan.tasks.map((task) => [answerKeyOf(plan, task), worksOf(task, written).map((work) => answer(task, work))]),
      ),
      "/## Your task: (aggregate|Combine results)/": { text: "Files.", usage },
      "manager:*": { result: planOf(plan), usage },
      "resolver:*": { ...resolve, again: resolve },
      "reviewer:*": { result: review, usage },
    },
  };
}

/** The same for the model behind a real agent, as JSON. */
export function scenarioOf(plan: ChaosPlan, { written }: Pick<ScriptFiles, "written">): string {
  const workers = plan.tasks.flatMap((task) => {
    const works = worksOf(task, written);
    return works.map(({ runs, writes }, index) => ({
      match: {
        role: "worker",
        task: task.key,
        ...(index < works.length - 1 ? { attempt: index + 1 } : {}),
      },
      turns: [{ runs, delayMs: task.thinkingMs }, { writes }, { says: `Wrote ${task.key}.` }],
    }));
  });
  const rules = [
    { match: { role: "manager" }, turns: [{ structured: planOf(plan) }] },
    ...workers,
    { match: { role: "resolver" }, turns: [{ runs: [markCommand(written), dropMarkers] }, { says: "Kept both." }] },
    { match: { role: "reviewer" }, turns: [{ structured: review }] },
  ];
  return JSON.stringify({ rules });
}
