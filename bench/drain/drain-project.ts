import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { scratchProject, type ScratchProject } from "../../test/support/scratch-project.ts";

/** Of so many tasks one writes a file: its work is merged, the others only answer. */
const writesOneIn = 10;

export const workerCount = 4;

export type DrainTask = { readonly key: string; readonly prompt: string; readonly expectedOutputs?: string[] };

export const tasksOf = (count: number): readonly DrainTask[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `t${index}`,
    prompt: `Do number ${index}`,
    ...(isWriting(index) ? { expectedOutputs: [fileOf(index)] } : {}),
  }));

const isWriting = (index: number): boolean => index % writesOneIn === 0;
const fileOf = (index: number): string => `out/${index}.txt`;

export const filesOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => index)
    .filter(isWriting)
    .map(fileOf);

/** A repository whose agents answer at once. */
export function drainProject(taskCount: number): Promise<ScratchProject> {
  const answers = Object.fromEntries(
    Array.from({ length: taskCount }, (_, index) => index)
      .filter(isWriting)
      .map((index) => [`t${index}`, answerOf(index)]),
  );
  return scratchProject({
    "README.md": "# Drain\n",
    "tutti.config.yaml": [
      "agent: { kind: fake, fakeScript: script.json }",
      `execution: { workers: ${workerCount}, leaseMs: 15000, memoryPerWorkerMb: 64, minFreeMemoryMb: 64 }`,
      "",
    ].join("\n"),
    "script.json": JSON.stringify({ answers: { "*": { text: "done" }, ...answers } }),
  });
}

function answerOf(index: number) {
  const write = { [fileOf(index)]: `${index}\n` };
  return { text: "written", write, again: { text: "written", write } };
}

const Request = z.object({ task: z.string() });

/** How many prompts each task's agents took up. */
export async function promptsByTask({ root }: ScratchProject): Promise<ReadonlyMap<string, number>> {
  const log = await readFile(join(root, "script.json.requests.jsonl"), "utf8");
  const asked = new Map<string, number>();
  for (const line of log.trimEnd().split("\n")) {
    const { task } = Request.parse(JSON.parse(line));
    asked.set(task, (asked.get(task) ?? 0) + 1);
  }
  return asked;
}
