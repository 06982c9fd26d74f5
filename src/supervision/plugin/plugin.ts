import type { Json, JsonObject } from "../../domain/json.ts";
import type { QualityFinding } from "../../domain/quality/quality-report.ts";
import type { TestCounts } from "../../domain/quality/results/test-counts.ts";
import type { LlmAdapter } from "../../llms/port.ts";

export type { TestCounts } from "../../domain/quality/results/test-counts.ts";

/** What a project adds of its own, in a program that its settings name under `plugins`. */
export type TuttiPlugin = {
  /** Unique in the project. */
  readonly name: string;
  /** Judge each attempt after the stages that come with Tutti. */
  readonly qualityStages?: readonly QualityStage[];
  /** Read what the project's test runner prints; asked before those that come with Tutti. */
  readonly testResultParsers?: readonly TestResultParser[];
  /** Conditions that breakpoint rules may name. */
  readonly breakpointEvaluators?: Readonly<Record<string, BreakpointEvaluator>>;
  /** Model servers that `supervisor.kind` may name. */
  readonly llms?: Readonly<Record<string, (settings: JsonObject) => LlmAdapter>>;
};

export type QualityStage = {
  /** Unique among all stages. */
  readonly name: string;
  judge(work: WorkToJudge): Promise<StageOpinion>;
};

export type WorkToJudge = {
  /** Absolute path of the slot; look, don't write. */
  readonly cwd: string;
  readonly task: {
    readonly key: string;
    readonly title: string;
    readonly prompt: string;
    readonly acceptance: readonly string[];
  };
  readonly baseCommit: string;
  readonly snapshotCommit: string;
  readonly changedFiles: readonly { readonly path: string; readonly status: "added" | "modified" | "deleted" }[];
  /** The agent's last words. */
  readonly agentText: string;
  readonly signal: AbortSignal;
};

export type StageOpinion =
  /** `score` in [0, 1]. */
  | { readonly score: number; readonly findings: readonly QualityFinding[] }
  /** One line. */
  | { readonly notJudged: string };

export type TestResultParser = {
  readonly name: string;
  /** @returns `undefined` when it isn't this runner's output */
  parse(output: string): TestCounts | undefined;
};

/** The facts that a breakpoint rule sees, by name: `confidence`, `costUsd`, `filesTouched`, … */
export type BreakpointFacts = Readonly<Record<string, Json>>;

/** Whether the condition holds. One that throws counts as true: it fails closed. */
export type BreakpointEvaluator = (facts: BreakpointFacts) => boolean | Promise<boolean>;

/** Types a plugin; returns it as it is. */
export const definePlugin = (plugin: TuttiPlugin): TuttiPlugin => plugin;
