import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { faultText } from "../../support/crash/kill-targets.ts";
import { scratchProject, type ScratchProject } from "../../support/scratch-project.ts";
import { startTutti, type TuttiProcess } from "../../support/tutti-process.ts";
import { turnCostUsd, type ChaosPlan } from "../plan/chaos-plan.ts";
import { fakeScriptOf, scenarioOf } from "./chaos-scripts.ts";
import { ModelWeather } from "./model-weather.ts";
import { settableClock, type SettableClock } from "./set-clock.ts";
import { smallDisk, type SmallDisk } from "./small-disk.ts";
import { StateFile } from "./state-file.ts";

/** A project in which the job of a plan is to be done, with everything around it that can be disturbed. */
export type ChaosJob = {
  readonly plan: ChaosPlan;
  readonly project: ScratchProject;
  readonly state: StateFile;
  readonly clock: SettableClock;
  /** `undefined`: the plan has none, or this person may not mount one. */
  readonly disk: SmallDisk | undefined;
  /** `undefined` for the fake agent. */
  readonly model: ModelWeather | undefined;
  readonly start: (args: readonly string[]) => TuttiProcess;
  /** Names of files that agents have written in their slots. */
  readonly written: () => Promise<readonly string[]>;
  /** Fault points at which a process was killed: `<process> <point>`. */
  readonly faultKills: () => Promise<readonly string[]>;
  /** Prompts that fake agents have taken up. */
  readonly turnsBegun: () => Promise<number>;
  readonly remove: () => Promise<void>;
};

export async function chaosJob(plan: ChaosPlan): Promise<ChaosJob> {
  const project = await scratchProject({ "README.md": "# Scratch\n", "list.txt": "base\n" });
  const inHome = (name: string): string => join(project.home, name);
  const files = { written: inHome("written"), requestLog: inHome("requests") };
  const disk = plan.hasSmallDisk ? await smallDisk(project.stateHome) : undefined;
  const clock = await settableClock(plan.clock, project.home);
  const model = plan.agent === "claude" ? await ModelWeather.start(scenarioOf(plan, files)) : undefined;
  await writeFile(inHome("script.json"), JSON.stringify(fakeScriptOf(plan, files)));
  await project.write({ "tutti.config.yaml": configOf(plan, inHome("script.json")) });
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "settings");
  await leaveOwnWork(project);
  const faults = { TUTTI_FAULT_IDLE: "1", TUTTI_FAULT_FOLDER: inHome("faults"), TUTTI_FAULT: faultText(plan.faults) };
  const state = new StateFile(project);
  return {
    plan,
    project,
    state,
    clock,
    disk,
    model,
    start: (args) =>
      startTutti(project, {
        args,
        env: { ...faults, ...clock.env },
        ...(model === undefined ? {} : { modelUrl: model.url }),
      }),
    written: () => linesOf(files.written),
    faultKills: () => linesOf(join(inHome("faults"), "killed")),
    turnsBegun: async () => (await linesOf(files.requestLog)).length,
    remove: async () => {
      state.close();
      await model?.close();
      await disk?.remove();
      await project.remove();
    },
  };
}

/** A file without content is what a full disk leaves of a write; the fake agent takes no notice. */
const gate = "'! grep -rqs bad out && ! find out -empty | grep -q . && ! grep -q \"^<<<<<<<\" list.txt'";

function configOf({ agent, workers, leaseMs, budgetUsd }: ChaosPlan, script: string): string {
  const settings = agent === "fake" ? `{ kind: fake, fakeScript: ${script} }` : "{ allow: [Bash], sandbox: off }";
  return [
    `execution: { workers: ${workers}, leaseMs: ${leaseMs}, memoryPerWorkerMb: 64, minFreeMemoryMb: 64, minFreeDiskMb: 0 }`,
    `agent: ${settings}`,
    `gates: [{ name: good, run: ${gate} }]`,
    ...(budgetUsd === undefined
      ? []
      : [`budget: { maxCostUsdPerJob: ${budgetUsd}, maxCostUsdPerTurn: ${turnCostUsd} }`]),
    "",
  ].join("\n");
}

/** The user is in the middle of something: a stash, a change, a staged file and a new one. */
async function leaveOwnWork(project: ScratchProject): Promise<void> {
  await appendFile(join(project.root, "README.md"), "\nput aside\n");
  await project.git("stash");
  await project.write({ "staged.txt": "staged\n", "untracked.txt": "untracked\n" });
  await appendFile(join(project.root, "README.md"), "\nthe user's own change\n");
  await project.git("add", "staged.txt");
}

async function linesOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}
