import { readdir, readFile } from "node:fs/promises";

import { projectProcesses } from "../../support/crash/project-processes.ts";
import type { ScratchProject } from "../../support/scratch-project.ts";

/** Programs of ours whose size is watched over time. */
export type SampledRole = "coordinator" | "worker";

export type Sample = {
  readonly role: SampledRole;
  readonly pid: number;
  /** Memory that the process really holds. */
  readonly residentMb: number;
  readonly openFiles: number;
};

const programs: readonly (readonly [SampledRole, RegExp])[] = [
  ["coordinator", /tutti\.js coordinator /],
  ["worker", /main\.js worker$/],
];

/** What the long-lived processes of a project hold at the moment. */
export async function sampleProcesses(project: ScratchProject): Promise<readonly Sample[]> {
  const found = await projectProcesses(project);
  const samples = await Promise.all(
    found.map(async ({ pid, command }) => {
      const role = programs.find(([, program]) => program.test(command))?.[0];
      return role === undefined ? undefined : sampleOf(role, pid).catch(() => undefined);
    }),
  );
  return samples.filter((sample) => sample !== undefined);
}

async function sampleOf(role: SampledRole, pid: number): Promise<Sample> {
  const [status, files] = await Promise.all([readFile(`/proc/${pid}/status`, "utf8"), readdir(`/proc/${pid}/fd`)]);
  const residentKb = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  return { role, pid, residentMb: Math.round(residentKb / 102.4) / 10, openFiles: files.length };
}
