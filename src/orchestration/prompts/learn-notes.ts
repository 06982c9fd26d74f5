import { TuttiError } from "../../domain/errors.ts";
import type { JobReport } from "../../domain/job-report.ts";
import type { Attempt, Task } from "../../domain/model.ts";
import { promptSettings } from "../../domain/prompt/prompt-settings.ts";
import { proposeNotes, type JobExperience } from "../../supervision/notes/propose-notes.ts";
import { oneLine } from "../../supervision/prompts/worker-prompt.ts";
import type { JobDesk } from "../desk.ts";

/**
 * Lets the supervisor model change the project notes by what a job has shown. Whatever comes of it, the job is done: a change that can't
 * be made is left out.
 */
export async function learnNotes(desk: JobDesk, report: JobReport, signal: AbortSignal): Promise<void> {
  const { services, job } = desk;
  const { supervisor, state, repo, logger } = services;
  if (supervisor === undefined || promptSettings(job.options).notes !== "learn") return;
  const tasks = await state.tasks.list(job.id);
  if (tasks.every(({ startedAt }) => startedAt === undefined)) return;
  const proposal = await proposeNotes({
    supervisor,
    jobId: job.id,
    notes: await state.notes.list(repo.root),
    experience: await experienceOf(desk, tasks, report),
    signal,
  });
  if (proposal.status === "unavailable") {
    logger.info("the project notes stay as they are", { job: job.id, reason: proposal.reason });
    return;
  }
  for (const edit of proposal.edits) {
    const safe = edit.action === "remove" ? edit : { ...edit, text: services.redact(edit.text) };
    try {
      await state.notes.edit({ projectPath: repo.root, author: "supervisor", jobId: job.id }, safe);
    } catch (thrown) {
      const error = TuttiError.from(thrown);
      if (error.code !== "INPUT_INVALID") throw error;
      logger.info("a note that the supervisor proposed can't stand", { job: job.id, reason: error.message });
    }
  }
}

const [maxTasks, reasonLength, reportLength] = [20, 400, 600];

async function experienceOf(
  { services, job }: JobDesk,
  tasks: readonly Task[],
  report: JobReport,
): Promise<JobExperience> {
  // What went wrong teaches most.
  const chosen = tasks.toSorted((a, b) => b.failures - a.failures).slice(0, maxTasks);
  const attempts = await Promise.all(chosen.map(({ id }) => services.state.attempts.list(id)));
  const took = new Map(
    attempts.flat().flatMap(({ gates }) => gates.map((gate) => [gate.name, gate.durationMs] as const)),
  );
  return {
    goal: job.goal,
    tasks: chosen.map((task, index) => ({
      key: task.key,
      title: task.spec.title,
      status: task.status,
      ...saidOf(attempts[index] ?? []),
    })),
    gates: job.options.gates.map(({ name, run }) => ({ name, run, durationMs: took.get(name) })),
    findings: report.review?.findings ?? [],
  };
}

const saidOf = (attempts: readonly Attempt[]) => ({
  refusals: attempts.flatMap(({ feedback }) => (feedback === undefined ? [] : [oneLine(feedback, reasonLength)])),
  report: oneLine(attempts.at(-1)?.outcome?.text ?? "", reportLength),
});
