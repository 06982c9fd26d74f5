import { errorToJson, TuttiError, type ErrorJson } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { NodeNote, WorkflowLog } from "../../domain/workflow/node-note.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import type { AgentCall, ApprovalQuestion, CommandCall } from "../../workflow/host.ts";
import { MemoryEffectLog } from "./effect-log.ts";
import { MemoryStore } from "./memory-store.ts";
import { RunLife, startOfTests } from "./run-life.ts";
import type { StubHost } from "./stub-host.ts";
import { StubProblem, type Stubs } from "./stubs.ts";

export type WorkflowTest = Stubs & {
  readonly input: Json;
  /** What the clock shows in the beginning, in milliseconds since the Unix epoch. Default: 2026-01-01. */
  readonly startAt?: number;
};

/** What a workflow did in a test, in the order in which it did it. */
export type WorkflowDeeds = {
  readonly calls: readonly AgentCall[];
  readonly commands: readonly CommandCall[];
  readonly questions: readonly ApprovalQuestion[];
  readonly log: readonly WorkflowLog[];
  readonly notes: readonly NodeNote[];
  /** How long it took by its own clock, waits included, in milliseconds. */
  readonly elapsedMs: number;
};

export type TestedWorkflow = WorkflowDeeds & { readonly output: Json };

export type TriedWorkflow =
  | (WorkflowDeeds & { readonly status: "completed"; readonly output: Json })
  | (WorkflowDeeds & { readonly status: "failed"; readonly error: ErrorJson });

/**
 * Runs a workflow to its end with stubs for agents, commands and persons: in memory, on a virtual clock that jumps over every wait.
 * @throws what the workflow failed with; an error that says what to add when the test lacks a stub, an answer or a signal
 */
export async function testWorkflow(definition: AnyWorkflow, test: WorkflowTest): Promise<TestedWorkflow> {
  const { host, elapsedMs, end } = await runOnce(definition, test);
  if (end.status === "rejected") throw end.reason;
  return { ...deedsOf(host, elapsedMs), output: end.value };
}

/** The same, for a workflow that is to fail: its failure is a result, with all that it did before. */
export async function tryWorkflow(definition: AnyWorkflow, test: WorkflowTest): Promise<TriedWorkflow> {
  const { host, elapsedMs, end } = await runOnce(definition, test);
  const deeds = deedsOf(host, elapsedMs);
  if (end.status === "fulfilled") return { ...deeds, status: "completed", output: end.value };
  if (end.reason instanceof StubProblem) throw end.reason;
  return { ...deeds, status: "failed", error: errorToJson(TuttiError.from(end.reason)) };
}

export type RunOnce = {
  readonly host: StubHost;
  readonly elapsedMs: number;
  readonly end: PromiseSettledResult<Json>;
};

const run = "run";

export type RunOnceRequest = WorkflowTest & {
  /** Of real time; then it has failed. Default: none. */
  readonly limitMs?: number;
};

export async function runOnce(
  definition: AnyWorkflow,
  { input, startAt, limitMs, ...stubs }: RunOnceRequest,
): Promise<RunOnce> {
  const store = await MemoryStore.open();
  const start = startAt ?? startOfTests;
  const given = { definition, input, ...stubs };
  const life = new RunLife({ store, case: given, log: new MemoryEffectLog(), life: 1, concurrency: 1, startAt: start });
  const timer = limitMs === undefined ? undefined : setTimeout(() => life.giveUp(limitMs), limitMs);
  try {
    const host = await life.enter(run);
    await life.work();
    const [end] = await Promise.allSettled([life.result(run)]);
    return { host, elapsedMs: life.now() - start, end };
  } finally {
    clearTimeout(timer);
    await life.engine.close();
    store.close();
  }
}

function deedsOf({ calls, commands, questions, lines, notes }: StubHost, elapsedMs: number): WorkflowDeeds {
  return { calls, commands, questions, log: lines, notes, elapsedMs };
}
