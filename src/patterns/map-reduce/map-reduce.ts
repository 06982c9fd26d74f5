import { z } from "zod";

import { errorFromJson, TuttiError, type ErrorJson } from "../../domain/errors.ts";
import { textOf } from "../../domain/workflow/forward.ts";
import type { Outcome, WorkflowFlow } from "../../workflow/flow.ts";
import { isSpentForAll } from "../../workflow/spent-budget.ts";
import {
  checkOptions,
  doWork,
  forwardParts,
  isOwnWork,
  partFailed,
  promptText,
  type ResultOf,
  type Work,
} from "../port.ts";
import { forwardedParts } from "./forwarded-parts.ts";
import {
  optionsSchema,
  type AnyMapReduce,
  type FailedItem,
  type ItemSource,
  type MapGiven,
  type MapReduceSteps,
  type ReduceGiven,
  type SplittingAgent,
} from "./options.ts";
import { partOf, reduceTree, type Group, type Part, type ReduceLimits } from "./reduce-tree.ts";

export type MapReduceResult<T> = {
  /** `partial`: some items failed. `empty`: there were none, and the reducer wasn't asked. */
  readonly status: "completed" | "partial" | "empty";
  /** What the root of the tree came to; `null` where there were no items. */
  readonly result: T | null;
  /** In the order of the items. */
  readonly items: readonly ItemReport[];
  /** Those without a result, and why. */
  readonly failed: readonly FailedItem[];
  /** Levels of the tree. */
  readonly levels: number;
  readonly reduceCalls: number;
};

export type ItemReport = {
  readonly name: string;
  readonly status: "completed" | "failed";
  readonly error?: ErrorJson;
  /** Its result was too long for the reducer and was shortened: it had about so many tokens. */
  readonly shortenedFrom?: number;
};

/**
 * Has each item worked on, side by side, and makes one result of the results: level by level, so that no call of the reducer
 * gets more than it can hold. Everything keeps its order.
 * @throws {TuttiError} `WORKFLOW_INVALID` for wrong options and too many items; the first item's failure where too many failed
 */
export function mapReduce<M extends Work<MapGiven<string>>, R extends Work<ReduceGiven>>(
  flow: WorkflowFlow,
  options: SplittingAgent & MapReduceSteps<M, R>,
): Promise<MapReduceResult<ResultOf<R>>>;
export function mapReduce<Item, M extends Work<MapGiven<Item>>, R extends Work<ReduceGiven>>(
  flow: WorkflowFlow,
  options: ItemSource<Item> & MapReduceSteps<M, R>,
): Promise<MapReduceResult<ResultOf<R>>>;
export async function mapReduce(flow: WorkflowFlow, options: AnyMapReduce): Promise<MapReduceResult<unknown>> {
  checkOptions("mapReduce", optionsSchema, options);
  return flow.group(options.label ?? "map-reduce", () => mapAndReduce(flow, options), { pattern: "map-reduce" });
}

const defaults = { maxTokens: 30_000, fanIn: 20, concurrency: 8, maxItems: 200 } as const;

async function mapAndReduce(flow: WorkflowFlow, options: AnyMapReduce): Promise<MapReduceResult<unknown>> {
  const items = options.items ?? (await splitItems(flow, options));
  refuseTooMany(items.length, options.maxItems ?? defaults.maxItems);
  const names = items.map((item, index) => nameOf(item, index));
  if (items.length === 0) return { status: "empty", result: null, items: [], failed: [], levels: 0, reduceCalls: 0 };
  const outcomes = await flow.settle(
    items.map((item, index) => () => workOn(flow, options, { item, index, count: items.length, name: names[index] })),
    { label: "map", names, concurrency: options.concurrency ?? defaults.concurrency },
  );
  const failed = failedItems(outcomes, names);
  refuseFailures(flow, failed, { count: items.length, needed: neededOf(options, items.length) });
  const limits = limitsOf(options);
  const leaves = outcomes.flatMap((outcome, index) => leafOf(outcome, { index, names, limits }));
  const reports = reportsOf(outcomes, names, leaves);
  const { value, levels, calls } = await reduce(flow, { options, leaves, failed, names });
  const status = failed.length === 0 ? "completed" : "partial";
  return { status, result: value, items: reports, failed, levels, reduceCalls: calls };
}

type OneItem = Omit<MapGiven<unknown>, "forwarded"> & { readonly name: string | undefined };

async function workOn(
  flow: WorkflowFlow,
  { map }: AnyMapReduce,
  { name = "item", ...given }: OneItem,
): Promise<unknown> {
  const forwarded = isOwnWork(map) ? "" : await forwardParts(flow, [{ name, value: given.item }]);
  return doWork(flow, map, { ...given, forwarded });
}

const listSchema = z.object({ items: z.array(z.string()).describe("The parts, in their order") });

async function splitItems(flow: WorkflowFlow, { split }: AnyMapReduce): Promise<readonly unknown[]> {
  if (split === undefined) return [];
  if ("run" in split) return split.run(flow);
  const { agent, ...request } = split;
  const { items } = await flow.agent(agent, { title: "Split the work", ...request, result: listSchema });
  return items;
}

function refuseTooMany(count: number, maxItems: number): void {
  if (count <= maxItems) return;
  throw new TuttiError("WORKFLOW_INVALID", `map-reduce has ${count} items, and maxItems is ${maxItems}`, {
    hint: "Set maxItems higher if so many agents shall run, or make larger items",
    context: { count, maxItems },
  });
}

const nameLength = 60;

function nameOf(item: unknown, index: number): string {
  const line = typeof item === "string" ? (item.trim().split("\n", 1)[0] ?? "") : "";
  const short = line.length <= nameLength ? line : `${line.slice(0, nameLength - 1)}…`;
  return short === "" ? `item ${index + 1}` : short;
}

function failedItems(outcomes: readonly Outcome<unknown>[], names: readonly string[]): readonly FailedItem[] {
  const failed = outcomes.flatMap((outcome, index) =>
    outcome.status === "failed" ? [{ index, name: names[index] ?? "", error: outcome.error }] : [],
  );
  const spent = failed.find(({ error }) => isSpentForAll(error));
  if (spent !== undefined) throw errorFromJson(spent.error);
  return failed;
}

const neededOf = ({ failures = "some", minSuccesses = 1 }: AnyMapReduce, count: number): number =>
  failures === "all" ? count : Math.min(minSuccesses, count);

function refuseFailures(
  flow: WorkflowFlow,
  failed: readonly FailedItem[],
  { count, needed }: { readonly count: number; readonly needed: number },
): void {
  const [first] = failed;
  if (first === undefined || count - failed.length >= needed) return;
  throw partFailed(flow, errorFromJson(first.error), {
    what: `map-reduce: ${failed.length} of ${count} items failed, the first of them ${first.name}`,
    context: { failed: failed.map(({ name }) => name), count },
  });
}

const limitsOf = ({ reduce: { maxTokens, fanIn } }: AnyMapReduce): ReduceLimits => ({
  maxTokens: maxTokens ?? defaults.maxTokens,
  fanIn: fanIn ?? defaults.fanIn,
});

type LeafFacts = { readonly index: number; readonly names: readonly string[]; readonly limits: ReduceLimits };

function leafOf(outcome: Outcome<unknown>, { index, names, limits }: LeafFacts): readonly Part[] {
  if (outcome.status === "failed") return [];
  return [partOf([index], { heading: names[index] ?? "", text: textOf(outcome.value) }, limits)];
}

function reportsOf(
  outcomes: readonly Outcome<unknown>[],
  names: readonly string[],
  leaves: readonly Part[],
): readonly ItemReport[] {
  const shortened = new Map(leaves.map(({ items: [index], shortenedFrom }) => [index, shortenedFrom]));
  return outcomes.map((outcome, index) => {
    const name = names[index] ?? "";
    if (outcome.status === "failed") return { name, status: "failed", error: outcome.error };
    const shortenedFrom = shortened.get(index);
    return { name, status: "completed", ...(shortenedFrom === undefined ? {} : { shortenedFrom }) };
  });
}

type ToReduce = {
  readonly options: AnyMapReduce;
  readonly leaves: readonly Part[];
  readonly failed: readonly FailedItem[];
  readonly names: readonly string[];
};

function reduce(flow: WorkflowFlow, { options, leaves, failed, names }: ToReduce) {
  const concurrency = options.concurrency ?? defaults.concurrency;
  const work = reducerOf(options.reduce);
  const reduceOne = async (group: Group): Promise<{ readonly value: unknown }> => ({
    value: await doWork(flow, work, { ...group, failed, forwarded: forwardedParts(group, failed) }),
  });
  return reduceTree(leaves, {
    limits: limitsOf(options),
    reduceAll: (groups) => flow.map(groups, reduceOne, { label: "reduce", concurrency }),
    textOf: (value, items) => ({ heading: spanOf(items, names), text: textOf(value) }),
  });
}

function reducerOf({ maxTokens: _tokens, fanIn: _fanIn, ...work }: AnyMapReduce["reduce"]): Work<ReduceGiven> {
  if (isOwnWork(work)) return work;
  return { title: "Combine results", ...work, prompt: (given) => withParts(promptText(work.prompt, given), given) };
}

const withParts = (prompt: string, { forwarded }: ReduceGiven): string =>
  prompt.includes(forwarded) ? prompt : `${prompt}\n\n${forwarded}`;

const spanOf = (items: readonly number[], names: readonly string[]): string =>
  `${items.length} items: ${names[items[0] ?? 0] ?? ""} to ${names[items.at(-1) ?? 0] ?? ""}`;
