import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { scratchProject, type ScratchProject } from "../scratch-project.ts";
import { startTutti, type TuttiProcess } from "../tutti-process.ts";
import { fakeScript, plannedTasks, realModel } from "./crash-scripts.ts";

export type CrashAgent = "fake" | "claude";

/**
 * The job that the crash tests cut short: two tasks whose changes conflict, one whose gate fails once, and one that needs
 * them. Everything that an agent writes is noted outside the repository once it is on the disk.
 */
export type CrashJob = {
  readonly agent: CrashAgent;
  readonly project: ScratchProject;
  /** Starts the built command in the project; `faults` as `TUTTI_FAULT` names them. */
  readonly start: (args: readonly string[], faults?: string) => TuttiProcess;
  /** Names of the model requests so far, as the model server counted them; a name that comes again was paid for again. */
  readonly requests: () => Promise<readonly string[]>;
  /** Names of files that agents have written in their slots. */
  readonly written: () => Promise<readonly string[]>;
  /** Fault points that processes came to: `<process> <point>`. */
  readonly reached: () => Promise<readonly string[]>;
  /** Fault points at which a process was killed, in order. */
  readonly kills: () => Promise<readonly string[]>;
  readonly remove: () => Promise<void>;
};

export const runArgs = ["run", "Write four files", "--yes", "--json"] as const;
export const resumeArgs = ["resume", "--yes", "--json"] as const;

export const taskKeys: readonly string[] = plannedTasks.map(({ key }) => key);

const gate = "'! grep -rqs bad out && ! grep -q \"^<<<<<<<\" list.txt'";

const config = (agent: string): string =>
  [
    "execution: { workers: 2, leaseMs: 5000, memoryPerWorkerMb: 64, minFreeMemoryMb: 64 }",
    `agent: ${agent}`,
    `gates: [{ name: good, run: ${gate} }]`,
    "",
  ].join("\n");

export async function crashJob(agent: CrashAgent): Promise<CrashJob> {
  const project = await scratchProject({ "README.md": "# Scratch\n", "list.txt": "base\n" });
  const inHome = (name: string): string => join(project.home, name);
  const [faults, script, written] = [inHome("faults"), inHome("script.json"), inHome("written")];
  const model = agent === "claude" ? await realModel(written) : undefined;
  if (model === undefined) await writeFile(script, JSON.stringify(fakeScript(written, inHome("requests"))));
  await project.write({
    "tutti.config.yaml": config(
      model === undefined ? `{ kind: fake, fakeScript: ${script} }` : "{ allow: [Bash], sandbox: off }",
    ),
  });
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "settings");
  await leaveOwnWork(project);
  return {
    agent,
    project,
    start: (args, at) =>
      startTutti(project, {
        args,
        env: { TUTTI_FAULT_FOLDER: faults, ...(at === undefined ? {} : { TUTTI_FAULT: at }) },
        ...(model === undefined ? {} : { modelUrl: model.url }),
      }),
    requests: async () => model?.requests() ?? (await linesOf(inHome("requests"))).map(requestName),
    written: () => linesOf(written),
    reached: async () => [...new Set(await linesOf(join(faults, "reached")))],
    kills: () => linesOf(join(faults, "killed")),
    remove: async () => {
      await model?.close();
      await project.remove();
    },
  };
}

/** The user is in the middle of something: a change, a staged file and a new one. */
export async function leaveOwnWork(project: ScratchProject): Promise<void> {
  await project.write({ "staged.txt": "staged\n", "untracked.txt": "untracked\n" });
  await appendFile(join(project.root, "README.md"), "\nthe user's own change\n");
  await project.git("add", "staged.txt");
}

export async function linesOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

function requestName(line: string): string {
  const { role, task, attempt } = JSON.parse(line) as { role: string; task: string; attempt: number };
  return role === "worker" ? `${role}/${task}#${attempt}` : `${role}/${task}`;
}
