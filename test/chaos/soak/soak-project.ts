import { openProject, jobSettings, type Project } from "../../../src/compose.ts";
import { asJobId, type JobId } from "../../../src/domain/ids.ts";
import type { JobStatus } from "../../../src/domain/job-status.ts";
import { scratchProject, type ScratchProject } from "../../support/scratch-project.ts";

export const tasksPerJob = 10;

const config = [
  "execution: { workers: 2, leaseMs: 5000, memoryPerWorkerMb: 64, minFreeMemoryMb: 64, cache: false }",
  "agent: { kind: fake, fakeScript: script.json }",
  "gates: [{ name: good, run: 'test -d out' }]",
  "",
].join("\n");

const work = { run: ["mkdir -p out && date +%s%N > out/$(cat /proc/sys/kernel/random/uuid)"], text: "Wrote a file." };
const script = { answers: { "*": { delayMs: 100, ...work, again: work } } };

/** A project whose agents write a new file for each task, for as long as somebody adds jobs. */
export const soakProject = (): Promise<ScratchProject> =>
  scratchProject({ "README.md": "# Scratch\n", "tutti.config.yaml": config, "script.json": JSON.stringify(script) });

/** Makes a job with its tasks as a program would. */
export const addJob = (project: ScratchProject): Promise<JobId> =>
  opened(project, async (tutti) => {
    const settings = await jobSettings(tutti);
    const job = await tutti.application.createManualJob({ goal: "Write files", settings, orchestratorId: "soak" });
    const tasks = Array.from({ length: tasksPerJob }, (_, index) => ({ prompt: `Write file ${index + 1}.` }));
    await tutti.application.addTasks(job.id, tasks);
    return job.id;
  });

export type JobStanding = { readonly status: JobStatus; readonly completed: number };

export const standingOf = (project: ScratchProject, job: JobId): Promise<JobStanding> =>
  opened(project, async ({ application }) => {
    const tasks = await application.tasks(job);
    const { status } = await application.job(asJobId(job));
    return { status, completed: tasks.filter((task) => task.status === "completed").length };
  });

async function opened<T>({ root, home, stateHome }: ScratchProject, act: (tutti: Project) => Promise<T>): Promise<T> {
  const env = { PATH: process.env["PATH"], HOME: home, XDG_STATE_HOME: stateHome };
  const tutti = await openProject({ cwd: root, env, isLogged: false });
  try {
    return await act(tutti);
  } finally {
    await tutti.close();
  }
}
