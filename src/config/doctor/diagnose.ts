import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, freemem } from "node:os";
import { dirname } from "node:path";
import type { Config } from "../config.ts";
import { resolveWorkers } from "../default-workers.ts";
import type { LoadConfigOptions } from "../load-config.ts";
import { configSchema } from "../schema/config-schema.ts";
import { completeConfig } from "../config.ts";
import { checkConfig } from "./check-config.ts";
import { checkGit, checkRepository } from "./check-repository.ts";
import { checkSandbox } from "./check-sandbox.ts";
import { judgeDisk, judgeMemory, judgeNode, type Diagnosis } from "./judge.ts";

export type DiagnoseOptions = LoadConfigOptions & {
  /** Absolute path where slots and state are kept; it need not exist yet. */
  readonly stateDir: string;
  /** The agent's own checks (its program, its login): `AgentAdapter.doDiagnose`. */
  readonly agentDiagnosis?: (config: Config) => Promise<readonly Diagnosis[]>;
  /** Of the model that supervises; no entry without one. */
  readonly supervisorDiagnosis?: (config: Config) => Promise<readonly Diagnosis[]>;
  /** What only other parts can check, such as templates of prompts. */
  readonly moreDiagnoses?: () => Promise<readonly Diagnosis[]>;
};

/**
 * Everything that a run needs, checked for real: one entry each, with what to do where it isn't `ok`. Never throws: a
 * check that fails to work is a failed entry.
 */
export async function diagnose(options: DiagnoseOptions): Promise<readonly Diagnosis[]> {
  const { diagnosis: settings, loaded } = await checkConfig(options);
  const config = loaded?.config ?? completeConfig(configSchema.parse({}));
  const { env, agentDiagnosis, moreDiagnoses } = options;
  const checks = [
    entry("node", async () => judgeNode(process.versions.node)),
    entry("git", () => checkGit(options)),
    entry("repository", () => checkRepository(options)),
    entry("disk", () => checkDisk(options.stateDir)),
    entry("memory", async () => judgeMemory(memoryFacts(config))),
    entry("sandbox", () => checkSandbox({ wanted: config.agent.sandbox, platform: process.platform, env })),
  ];
  const supervisor = options.supervisorDiagnosis;
  const advice = supervisor === undefined ? [] : entries("supervisor", () => supervisor(config));
  const agent = agentDiagnosis === undefined ? [] : entries("agent", () => agentDiagnosis(config));
  const more = moreDiagnoses === undefined ? [] : entries("templates", moreDiagnoses);
  return [settings, ...(await Promise.all(checks)), ...(await more), ...(await agent), ...(await advice)];
}

async function entry(name: string, check: () => Promise<Diagnosis>): Promise<Diagnosis> {
  try {
    return await check();
  } catch (thrown) {
    return notChecked(name, thrown);
  }
}

async function entries(name: string, check: () => Promise<readonly Diagnosis[]>): Promise<readonly Diagnosis[]> {
  try {
    return await check();
  } catch (thrown) {
    return [notChecked(name, thrown)];
  }
}

function notChecked(name: string, thrown: unknown): Diagnosis {
  const detail = `could not be checked: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  return { name, status: "failed", detail, fix: "Put right what the message names, and run tutti doctor again." };
}

async function checkDisk(stateDir: string): Promise<Diagnosis> {
  const { bavail, bsize } = await statfs(existingAncestor(stateDir));
  return judgeDisk(bavail * bsize, stateDir);
}

function existingAncestor(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existingAncestor(dirname(folder));
}

function memoryFacts({ execution }: Config) {
  const { memoryPerWorkerMb, minFreeMemoryMb } = execution;
  const freeBytes = freemem();
  const machine = { cores: availableParallelism(), freeMemoryBytes: freeBytes, memoryPerWorkerMb };
  return { freeBytes, memoryPerWorkerMb, minFreeMemoryMb, workers: resolveWorkers(execution.workers, machine) };
}
