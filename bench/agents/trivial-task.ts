import { access } from "node:fs/promises";
import { join } from "node:path";

/** The smallest task that leaves something behind: one Write, one closing sentence, two answers of the model. */
export type TrivialTask = { readonly key: string; readonly file: string; readonly prompt: string };

export const trivialTasks = (count: number): readonly TrivialTask[] =>
  Array.from({ length: count }, (_, index) => {
    const key = `t${String(index).padStart(3, "0")}`;
    return { key, file: `out/${key}.txt`, prompt: `Write bench file ${key}.` };
  });

/** @throws {Error} when a task's file isn't there: a benchmark of work that wasn't done is worth nothing */
export async function expectFiles(folder: string, tasks: readonly TrivialTask[]): Promise<void> {
  await Promise.all(tasks.map(({ file }) => access(join(folder, file))));
}

export const workflowPrompt = "Please fan out with a workflow.";
export const isolatedWorkflowPrompt = "Please fan out with a workflow, in worktrees.";

/** The end of a job of ours; nobody else asks for it. */
const review = {
  match: { role: "reviewer" },
  turns: [{ structured: { verdict: "reached", summary: "Every file is there.", findings: [], nextSteps: [] } }],
};

/** What the scripted model says to all contenders: the same two turns for each task. */
export function trivialScenario(tasks: readonly TrivialTask[]): unknown {
  const work = tasks.map(({ key, file, prompt }) => ({
    match: { contains: prompt },
    turns: [{ writes: { [file]: `${key}\n` } }, { says: `Wrote ${file}.` }],
  }));
  const fanOut = [isolatedWorkflowPrompt, workflowPrompt].map((prompt) => ({
    match: { contains: prompt },
    turns: [
      { tools: [{ name: "Workflow", input: { script: workflowScript(tasks, prompt === isolatedWorkflowPrompt) } }] },
      { says: "It runs." },
    ],
  }));
  return { rules: [review, ...work, ...fanOut, { turns: [{ says: "Hello." }] }] };
}

function workflowScript(tasks: readonly TrivialTask[], isIsolated: boolean): string {
  const options = isIsolated ? `{ label: key, isolation: 'worktree' }` : `{ label: key }`;
  return [
    "export const meta = { name: 'bench', description: 'Trivial agents side by side' }",
    `const tasks = ${JSON.stringify(tasks.map(({ key, prompt }) => ({ key, prompt })))}`,
    `const answers = await parallel(tasks.map(({ key, prompt }) => () => agent(prompt, ${options})))`,
    "return { count: answers.filter(Boolean).length }",
  ].join("\n");
}
