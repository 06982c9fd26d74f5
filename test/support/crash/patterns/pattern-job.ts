import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { scratchProject, type ScratchProject } from "../../scratch-project.ts";
import { startTutti, type TuttiProcess } from "../../tutti-process.ts";
import { leaveOwnWork, linesOf } from "../crash-job.ts";
import type { PatternCase, ScriptedAnswer } from "./pattern-cases.ts";

export type AskedAgent = { readonly role: string; readonly task: string; readonly attempt: number };

/** A whole job of a ready workflow with the fake agent, in a project whose user is in the middle of something. */
export type PatternJob = {
  readonly project: ScratchProject;
  /** Starts the built command in the project; `faults` as `TUTTI_FAULT` names them. */
  readonly start: (args: readonly string[], faults?: string) => TuttiProcess;
  readonly asked: () => Promise<readonly AskedAgent[]>;
  /** What the workflow's own commands have left behind. */
  readonly commands: () => Promise<readonly string[]>;
  /** How often the workflow's body recorded something, in all processes. */
  readonly records: () => Promise<number>;
  readonly remove: () => Promise<void>;
};

/** The same in every run: the branch has to hold the same tree. */
const config = [
  "execution: { workers: 2, leaseMs: 5000, memoryPerWorkerMb: 64, minFreeMemoryMb: 64 }",
  "agent: { kind: fake, fakeScript: ../home/script.json }",
  "",
].join("\n");

/** As a user starts it. */
export const runArgs = ({ workflow, input }: PatternCase): readonly string[] => [
  "workflow",
  "run",
  workflow,
  "--input",
  JSON.stringify(input),
  "--yes",
  "--json",
];

/** @param settings - further lines of `tutti.config.yaml` */
export async function patternJob({ answers }: Pick<PatternCase, "answers">, settings = ""): Promise<PatternJob> {
  const project = await scratchProject({ "README.md": "# Scratch\n" });
  const inHome = (name: string): string => join(project.home, name);
  const [faults, requestLog] = [inHome("faults"), inHome("requests")];
  await writeFile(inHome("script.json"), JSON.stringify({ requestLog, answers: fakeAnswers(answers) }));
  await project.write({ "tutti.config.yaml": config + settings });
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "settings");
  await leaveOwnWork(project);
  return {
    project,
    start: (args, at) =>
      startTutti(project, {
        args,
        env: { TUTTI_FAULT_FOLDER: faults, ...(at === undefined ? {} : { TUTTI_FAULT: at }) },
      }),
    asked: async () => (await linesOf(requestLog)).map((line) => JSON.parse(line) as AskedAgent),
    commands: () => linesOf(inHome("commands")),
    records: async () =>
      (await linesOf(join(faults, "reached"))).filter((line) => line === "coordinator workflow.recorded").length,
    remove: project.remove,
  };
}

/** What counts is an agent's own task: a job's goal, which all are shown, has the beginning of the input in it. */
function fakeAnswers(answers: readonly ScriptedAnswer[]): Readonly<Record<string, object>> {
  const review = { verdict: "reached", summary: "Done.", findings: [], nextSteps: [] };
  const ofTasks = answers.map(({ asks, ...answer }): [string, object] => [
    `/^## Your task: [^]*${asks.replaceAll(/[.?]/g, "\\$&")}/`,
    answer,
  ]);
  return { ...Object.fromEntries(ofTasks), "reviewer:*": { result: review, usage: { costUsd: 0 } } };
}
