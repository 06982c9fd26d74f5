import type { Project } from "../../compose.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { BreakpointId } from "../../domain/ids.ts";
import { askInPlace } from "../ask/ask-in-place.ts";
import type { Cli } from "../cli.ts";
import { driveShown, type DriveRequest, type EndedDrive } from "./drive-shown-job.ts";
import { tellWorkflow } from "./tell-workflow.ts";
import { watchElsewhere } from "./watch-elsewhere.ts";

/**
 * Drives a job, asks the person at the terminal what it waits for, and drives it on; at the end, what a workflow came to.
 * @returns the exit code
 */
export async function driveJob(cli: Cli, project: Project, request: DriveRequest): Promise<number> {
  const exitCode = await driveAndAsk(cli, project, request);
  await tellWorkflow(cli, project, request.job);
  return exitCode;
}

async function driveAndAsk(cli: Cli, project: Project, request: DriveRequest): Promise<number> {
  const jobId = request.job.id;
  const later = new Set<BreakpointId>();
  let drive = await driveShown(cli, project, request);
  for (let isLeftOpen = false; ;) {
    const { status, stood } = drive;
    for (const id of stood?.later ?? []) later.add(id);
    const end = await askInPlace(cli, project, { status, jobId, later, isLeftOpen, stood: stood?.asked });
    if (end === "leave") return drive.tell();
    isLeftOpen = end === "wait";
    const next = await driveAgain(cli, project, nextDrive(project, { ...request, isLeftOpen, later }));
    if (typeof next === "number") return next;
    drive = next;
  }
}

/** @returns the exit code where somebody else carried it to an end: while the person thought, another had it go on */
async function driveAgain(cli: Cli, project: Project, request: DriveRequest): Promise<EndedDrive | number> {
  for (;;) {
    const job = await project.application.job(request.job.id);
    try {
      return await driveShown(cli, project, { ...request, job });
    } catch (error) {
      if (!TuttiError.is(error) || error.code !== "JOB_BUSY") throw error;
    }
    const exitCode = await watchElsewhere(cli, project, job);
    if (exitCode !== undefined) return exitCode;
  }
}

/** As `tutti resume` does it. An answer lifts no quota's pause. */
const nextDrive = ({ application }: Project, request: DriveRequest): DriveRequest => ({
  ...request,
  prepare: async () => application.resume(await application.job(request.job.id), {}),
  liftsPause: false,
  beginsAnew: false,
});
