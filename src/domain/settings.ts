import type { AgentsSettings, EffortLevel } from "./agent/agent-profile.ts";
import type { BreakpointRule } from "./breakpoint/rule.ts";
import type { BudgetPeriod } from "./budget/budget-period.ts";
import type { RetentionRules } from "./checkpoint/retention.ts";
import type { DecisionSettings } from "./decide/decision-settings.ts";
import type { ModelPrice } from "./budget/model-price.ts";
import type { QualitySettings } from "./quality/quality-settings.ts";
import type { PromptSettings } from "./prompt/prompt-settings.ts";

/** A project's own command that proves work. Its exit code is the verdict. */
export type GateSpec = {
  readonly name: string;
  /** Shell command. */
  readonly run: string;
  /** Folder to run it in, relative to the slot. Default: its top. */
  readonly cwd?: string;
  readonly timeoutMs: number;
  /** On the attempt alone, on the merged tree, or both. */
  readonly on: readonly ("attempt" | "merged")[];
};

/** Run once in a new slot, and again when the files that it names change. */
export type SetupSpec = { readonly run: string; readonly when: readonly string[]; readonly timeoutMs: number };

export type AgentSettings = {
  readonly kind: "claude-code" | "fake";
  /** Allowed besides edits inside the slot, in the agent's own rule syntax. */
  readonly allow: readonly string[];
  readonly sandbox: "auto" | "required" | "off";
  /** Files and folders that agents may not read: absolute or from `~`. Absent: `defaultDeniedReads`. */
  readonly deniedReads?: readonly string[];
  readonly settingSources: readonly ("user" | "project" | "local")[];
  readonly executablePath?: string;
  /** For `fake`: absolute path of its script. */
  readonly fakeScript?: string;
};

export type { EffortLevel } from "./agent/agent-profile.ts";

/**
 * Everything that decides how a job is carried out: resolved from the configuration when the job is created and stored
 * with it, so that a resume runs under the same rules.
 */
export type JobSettings = {
  /** Alias or full name, by role. */
  readonly models: {
    readonly manager: string;
    readonly worker: string;
    readonly resolver: string;
    readonly reviewer: string;
  };
  /** Models for tasks instead of `models.worker`, cheap ones first: see `modelOfAttempt`. Absent: that one alone. */
  readonly escalate?: readonly string[];
  /** How hard each role's model thinks; absent: the model's own default. */
  readonly efforts: {
    readonly manager?: EffortLevel;
    readonly worker?: EffortLevel;
    readonly resolver?: EffortLevel;
    readonly reviewer?: EffortLevel;
  };
  /** Worker processes at the most. */
  readonly workers: number;
  readonly maxAttempts: number;
  /** Network failures and short 429s in a row before dispatch pauses. */
  readonly maxTransientRetries: number;
  readonly workerTimeoutMs: number;
  readonly managerTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly leaseMs: number;
  readonly memoryPerWorkerMb: number;
  readonly minFreeMemoryMb: number;
  /** Absent: none. */
  readonly minFreeDiskMb?: number;
  /** In [0, 1]; above it agents run one at a time. Absent: no such limit. */
  readonly maxAccountUtilization?: number;
  readonly gates: readonly GateSpec[];
  readonly setup: readonly SetupSpec[];
  /** Globs of untracked files of the user's checkout that a slot needs. */
  readonly copy: readonly string[];
  readonly protectedPaths: readonly string[];
  /** Tasks that may write the same file run one after another, or side by side. Absent: `serialize`. */
  readonly overlaps?: "serialize" | "allow";
  /** Whether results of equal work are replayed. Absent: yes. */
  readonly cache?: boolean;
  /** Absent: as `defaultDecisions`. */
  readonly decisions?: DecisionSettings;
  /** How the files of an attempt are watched. Absent: not at all. */
  readonly watch?: WatchSettings;
  readonly maxCostUsdPerJob?: number;
  readonly maxCostUsdPerTask?: number;
  /** What a turn sets aside at a time; absent: a worker's share of the limits. */
  readonly maxCostUsdPerTurn?: number;
  /** Absent: none are made by themselves. */
  readonly checkpoints?: RetentionRules & { readonly automatic: boolean };
  readonly agent: AgentSettings;
  /** Agent profiles of the settings, by name. Absent: none. */
  readonly agents?: AgentsSettings;
  /** How work is judged besides its gates. Absent: by them alone. */
  readonly quality?: QualitySettings;
  /** Absent: `defaultPromptSettings`. */
  readonly prompts?: PromptSettings;
  /** When a person is asked, and when a rule answers instead. Absent: only where nothing else can settle it. */
  readonly breakpointRules?: readonly BreakpointRule[];
};

export type WatchSettings = {
  readonly enabled: boolean;
  /** How long changes are collected before they are looked at. */
  readonly debounceMs: number;
  /** Patterns of a `.gitignore` besides those of the repository. */
  readonly ignore: readonly string[];
  /** Further ones of an attempt are counted only. */
  readonly maxChangesPerAttempt: number;
};

/** Limits that belong to the project, not to one job: always as they are configured now. */
export type ProjectBudget = {
  /** For all jobs together in one period; absent: no limit. */
  readonly maxCostUsd?: number;
  readonly period: BudgetPeriod;
  /** Count a cost that nobody knows as nothing instead of refusing the model. */
  readonly allowsUnpriced: boolean;
  /** A person's own prices; they go before all others. Absent: none. */
  readonly prices?: readonly ModelPrice[];
};
