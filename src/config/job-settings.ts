import { resolve } from "node:path";

import { ownPrices } from "../domain/budget/own-prices.ts";
import type { DecisionSettings } from "../domain/decide/decision-settings.ts";
import type { AgentSettings, JobSettings, ProjectBudget } from "../domain/settings.ts";
import type { Config } from "./config.ts";
import { usualStages } from "./schema/quality.ts";
import { defaultWorkers } from "./default-workers.ts";

export type Machine = { readonly cores: number; readonly freeMemoryBytes: number };

/** What a job is started with: the settings in force, with paths made absolute and `auto` resolved on this machine. */
export function jobSettings(config: Config, projectDir: string, machine: Machine): JobSettings {
  const { execution, workspace, models } = config;
  return {
    models: {
      manager: models.manager.model,
      worker: models.worker.model,
      resolver: models.resolver.model,
      reviewer: models.reviewer.model,
    },
    efforts: effortsOf(config),
    ...(models.worker.escalate === undefined ? {} : { escalate: models.worker.escalate }),
    workers: workerLimit(config, machine),
    maxAttempts: execution.maxAttempts,
    maxTransientRetries: execution.maxTransientRetries,
    workerTimeoutMs: execution.workerTimeoutMs,
    managerTimeoutMs: execution.managerTimeoutMs,
    stallTimeoutMs: execution.stallTimeoutMs,
    overlaps: execution.overlaps,
    cache: execution.cache,
    leaseMs: execution.leaseMs,
    memoryPerWorkerMb: execution.memoryPerWorkerMb,
    minFreeMemoryMb: execution.minFreeMemoryMb,
    minFreeDiskMb: execution.minFreeDiskMb,
    ...(execution.maxAccountUtilization === undefined
      ? {}
      : { maxAccountUtilization: execution.maxAccountUtilization }),
    gates: config.gates,
    setup: workspace.setup.map((command) => ({ ...command, when: command.when ?? [] })),
    copy: workspace.copy,
    protectedPaths: config.protectedPaths,
    checkpoints: config.checkpoints,
    prompts: config.prompts,
    watch: config.watch,
    agent: agentSettings(config, projectDir),
    ...(Object.keys(config.agents).length === 0 ? {} : { agents: config.agents }),
    decisions: decisionsOf(config),
    ...limitsOf(config),
    ...qualityOf(config),
  };
}

function qualityOf({ quality }: Config): Pick<JobSettings, "quality"> {
  const { enabled, stages, ...rest } = quality;
  return enabled ? { quality: { ...rest, stages: { ...usualStages, ...stages } } } : {};
}

function decisionsOf({ decisions }: Config): DecisionSettings {
  const { minConfidence, ...others } = decisions;
  return { ...others, ...(minConfidence === undefined ? {} : { minConfidence }) };
}

function limitsOf({
  budget,
}: Config): Pick<JobSettings, "maxCostUsdPerJob" | "maxCostUsdPerTask" | "maxCostUsdPerTurn"> {
  const { maxCostUsdPerJob, maxCostUsdPerTask, maxCostUsdPerTurn } = budget;
  return {
    ...(maxCostUsdPerJob === undefined ? {} : { maxCostUsdPerJob }),
    ...(maxCostUsdPerTask === undefined ? {} : { maxCostUsdPerTask }),
    ...(maxCostUsdPerTurn === undefined ? {} : { maxCostUsdPerTurn }),
  };
}

/** What holds for all jobs of the project together. */
export function projectBudget({ budget }: Config): ProjectBudget {
  const { maxCostUsdPerProject: maxCostUsd, projectPeriod: period, allowUnpriced: allowsUnpriced } = budget;
  const prices = ownPrices(budget.prices);
  return { period, allowsUnpriced, prices, ...(maxCostUsd === undefined ? {} : { maxCostUsd }) };
}

function effortsOf({ models }: Config): JobSettings["efforts"] {
  const { manager, worker, resolver, reviewer } = models;
  return {
    ...(manager.effort === undefined ? {} : { manager: manager.effort }),
    ...(worker.effort === undefined ? {} : { worker: worker.effort }),
    ...(resolver.effort === undefined ? {} : { resolver: resolver.effort }),
    ...(reviewer.effort === undefined ? {} : { reviewer: reviewer.effort }),
  };
}

export function agentSettings(config: Config, projectDir: string): AgentSettings {
  const { fakeScript, ...agent } = config.agent;
  return { ...agent, ...(fakeScript === undefined ? {} : { fakeScript: resolve(projectDir, fakeScript) }) };
}

function workerLimit({ execution }: Config, machine: Machine): number {
  const { workers, memoryPerWorkerMb } = execution;
  return workers === "auto" ? defaultWorkers({ ...machine, memoryPerWorkerMb }) : workers;
}
