import { errorFromJson, TuttiError } from "../../domain/errors.ts";
import type { Part } from "../../domain/workflow/forward.ts";
import type { Outcome, WorkflowFlow } from "../../workflow/flow.ts";
import { isSpentForAll } from "../../workflow/spent-budget.ts";
import { checkOptions, doWork, forwardParts, partFailed } from "../port.ts";
import { checkFindings } from "./check-findings.ts";
import { chooseForm } from "./choose-form.ts";
import {
  fanOutSchema,
  type Aggregation,
  type AnyFanOut,
  type BranchResults,
  type Check,
  type FailedBranch,
  type FailurePolicy,
  type FanOutBranch,
  type FanOutEnded,
  type FanOutOptions,
  type Gathered,
} from "./fan-out-options.ts";
import { inOneSession } from "./light-session.ts";

/**
 * Branches at once, then one result of all. With `verify` each finding is checked by a second agent, as soon as its branch is done.
 * @throws {TuttiError} `WORKFLOW_INVALID` for options that are none; what the first branch failed with, or `WORKFLOW_AGENT_FAILED`
 * when too few came to something
 */
export function fanOut<const Branches extends readonly FanOutBranch[], const Failures extends FailurePolicy = "all">(
  flow: WorkflowFlow,
  options: FanOutOptions<Branches, "none", Failures>,
): Promise<FanOutEnded<Branches, "none", Failures>>;
export function fanOut<
  const Branches extends readonly FanOutBranch[],
  const A extends Aggregation<BranchResults<Branches>>,
  const Failures extends FailurePolicy = "all",
>(flow: WorkflowFlow, options: FanOutOptions<Branches, A, Failures>): Promise<FanOutEnded<Branches, A, Failures>>;
export async function fanOut(flow: WorkflowFlow, options: AnyFanOut): Promise<unknown> {
  checkOptions("fanOut", fanOutSchema, options);
  const { form, why } = chooseForm(options);
  const { label = "fan-out", input, maxForwardedChars } = options;
  return flow.group(
    label,
    async () => {
      await flow.log(`${label}: ${form === "light" ? "one session with subagents" : "a task for each branch"}: ${why}`);
      const given = input === undefined ? [] : [{ name: "input", value: input }];
      const forwarded = await forwardParts(flow, given, maxForwardedChars);
      const ends =
        form === "light" ? await lightEnds(flow, options, forwarded) : await taskEnds(flow, options, forwarded);
      const gathered = gather(flow, options, ends);
      return { form, ...gathered, aggregate: await aggregated(flow, options, gathered) };
    },
    { pattern: "fan-out" },
  );
}

type End = Outcome<{ readonly result: unknown; readonly checks?: readonly Check[] }>;

function taskEnds(flow: WorkflowFlow, options: AnyFanOut, forwarded: string): Promise<End[]> {
  const { branches, concurrency } = options;
  return flow.settle(
    branches.map((branch) => async () => {
      const result = await doWork(flow, branch, { forwarded });
      return { result, ...(await checksOf(flow, options, { branch: branch.name, result })) };
    }),
    {
      label: "branches",
      names: branches.map(({ name }) => name),
      ...(concurrency === undefined ? {} : { concurrency }),
    },
  );
}

async function lightEnds(flow: WorkflowFlow, options: AnyFanOut, forwarded: string): Promise<End[]> {
  const { branches } = options;
  const answers = await inOneSession(flow, options, forwarded);
  if (options.verify === undefined) {
    return answers.map((end) => (end.status === "failed" ? end : { ...end, value: { result: end.value } }));
  }
  return flow.settle(
    answers.map((end, index) => async () => {
      if (end.status === "failed") throw errorFromJson(end.error);
      const branch = branches[index]?.name ?? "";
      return { result: end.value, ...(await checksOf(flow, options, { branch, result: end.value })) };
    }),
    { label: "checks", names: branches.map(({ name }) => name) },
  );
}

type Found = { readonly branch: string; readonly result: unknown };

async function checksOf(flow: WorkflowFlow, options: AnyFanOut, { branch, result }: Found) {
  const { verify } = options;
  return verify === undefined ? {} : { checks: await checkFindings(flow, result, { verify, branch, options }) };
}

type Counted = Omit<Gathered, "forwarded"> & { readonly status: "completed" | "partial" };

/** @throws {TuttiError} what the first branch failed with, that a budget around all of them is used up, or that there were too few successes */
function gather(flow: WorkflowFlow, options: AnyFanOut, ends: readonly End[]): Counted {
  const { branches, failures = "all", minSuccesses = 1 } = options;
  const results: Record<string, unknown> = {};
  const checks: Record<string, readonly Check[]> = {};
  const failed: FailedBranch[] = [];
  for (const [index, { name }] of branches.entries()) {
    const end = ends[index];
    if (end?.status === "completed") results[name] = end.value.result;
    if (end?.status === "completed" && end.value.checks !== undefined) checks[name] = end.value.checks;
    if (end?.status === "failed") failed.push({ name, error: end.error });
  }
  const completed = Object.keys(results);
  const context = { completed, failed: failed.map(({ name }) => name) };
  const spent = failed.find(({ error }) => isSpentForAll(error));
  const first = spent ?? (failures === "all" ? failed[0] : undefined);
  if (first !== undefined) {
    throw partFailed(flow, errorFromJson(first.error), { what: `Branch ${first.name}`, context });
  }
  if (completed.length < minSuccesses) throw tooFew(failed, { ...context, minSuccesses });
  return { status: failed.length === 0 ? "completed" : "partial", results, checks, failed };
}

function tooFew(
  failed: readonly FailedBranch[],
  context: { readonly completed: readonly string[]; readonly failed: readonly string[]; readonly minSuccesses: number },
): TuttiError {
  const all = failed.length + context.completed.length;
  const reasons = failed.map(({ name, error }) => `${name}: ${error.message}`).join("; ");
  const came = `${context.completed.length} of ${all} branches came to something, ${context.minSuccesses} are needed`;
  return new TuttiError("WORKFLOW_AGENT_FAILED", `${came}: ${reasons}`, {
    failureClass: failed[0]?.error.failureClass ?? "permanent",
    context,
  });
}

async function aggregated(flow: WorkflowFlow, options: AnyFanOut, gathered: Omit<Gathered, "forwarded">) {
  const { aggregate = "none", maxForwardedChars } = options;
  if (aggregate === "none") return undefined;
  if (typeof aggregate === "function") return aggregate({ ...gathered, forwarded: "" });
  const forwarded = await forwardParts(flow, partsOf(gathered), maxForwardedChars);
  return doWork(flow, { title: "aggregate", ...aggregate }, { ...gathered, forwarded });
}

/** Whoever puts it together is told what is missing, and what the second agents thought. */
function partsOf({ results, checks, failed }: Omit<Gathered, "forwarded">): readonly Part[] {
  const found = Object.entries(results).map(([name, value]) => ({ name, value: checks[name] ?? value }));
  if (failed.length === 0) return found;
  const missing = failed.map(({ name, error }) => `${name} failed, nothing is known of it: ${error.message}`);
  return [...found, { name: "failed branches", value: missing.join("\n") }];
}
