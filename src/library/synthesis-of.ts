import type { Project } from "../compose.ts";
import { jobOfTask } from "../domain/ids.ts";
import type { Results, SynthesisOptions } from "./tutti-options.ts";

const whatWasBuilt = "Say what was built, what failed and why, and what should be done next.";

/**
 * One text from all results: what failed comes first, whoever writes it.
 * @param open - whoever holds a job does so once: a project of its own, which is closed again
 */
export async function synthesisOf(
  results: Results,
  options: SynthesisOptions,
  open: () => Promise<Project>,
): Promise<string> {
  const { formatResults, synthesize } = await import("../orchestration/jobs/synthesis.ts");
  const all = [...results.values()];
  const { synthesisPrompt: question, model = true, signal = new AbortController().signal } = options;
  const [first] = all;
  if (!model || first === undefined) return [question ?? "", formatResults(all)].filter(Boolean).join("\n\n");
  const project = await open();
  let text: string;
  try {
    const { services, own, application } = project;
    const job = await application.job(jobOfTask(first.taskId));
    text = await synthesize({ services, own, job, results: all, signal, question: question ?? whatWasBuilt });
  } finally {
    await project.close();
  }
  const failures = all.filter(({ status }) => status !== "completed");
  return failures.length === 0 ? text : `${text.trim()}\n\n${formatResults(failures)}`;
}
