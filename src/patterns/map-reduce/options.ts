import { z } from "zod";

import type { ErrorJson } from "../../domain/errors.ts";
import type { AgentRequest, WorkflowFlow } from "../../workflow/flow.ts";
import { labelOption, workOption, type Given, type Work } from "../port.ts";
import type { Group, ReduceLimits } from "./reduce-tree.ts";

/** `forwarded` is the item. */
export type MapGiven<Item> = Given & { readonly item: Item; readonly index: number; readonly count: number };

/** `forwarded` is the parts and what is missing: a prompt that doesn't hold it ends with it. */
export type ReduceGiven = Given & Group & { readonly failed: readonly FailedItem[] };

export type FailedItem = { readonly index: number; readonly name: string; readonly error: ErrorJson };

/** Where the items come from: a list, or a function. */
export type ItemSource<Item> =
  | { readonly items: readonly Item[]; readonly split?: never }
  | { readonly items?: never; readonly split: { readonly run: (flow: WorkflowFlow) => Promise<readonly Item[]> } };

/** Where the items come from: an agent whose structured answer is a list of texts. */
export type SplittingAgent = {
  readonly items?: never;
  readonly split: Omit<AgentRequest, "result"> & { readonly agent: string };
};

export type MapReduceSteps<M, R> = {
  /** What is done with each item. */
  readonly map: M;
  /** What makes one result of several: `maxTokens` (30,000) and `fanIn` (20 parts) bound one call of it. */
  readonly reduce: R & Partial<ReduceLimits>;
  /** `some`: it goes on with `minSuccesses`, and the reducer is told what is missing. `all`: one failure fails the whole. Default `some`. */
  readonly failures?: "some" | "all";
  /** For `some`. Default 1. */
  readonly minSuccesses?: number;
  /** Items, and calls of the reducer, at once. Default 8. */
  readonly concurrency?: number;
  /** More items than this are refused. Default 200. */
  readonly maxItems?: number;
  /** In the graph. Default `map-reduce`. */
  readonly label?: string;
};

/** The same when nothing is known about the items. */
export type AnyMapReduce = (ItemSource<unknown> | SplittingAgent) &
  MapReduceSteps<Work<MapGiven<unknown>>, Work<ReduceGiven>>;

const limitFields = { maxTokens: z.int().min(1_000).exactOptional(), fanIn: z.int().min(2).exactOptional() };
const positive = z.int().positive().exactOptional();

const splitOption = workOption({}).superRefine((value, context) => {
  if (typeof value !== "object" || value === null || !("result" in value)) return;
  context.addIssue({ code: "custom", path: ["result"], message: "is given by the pattern: a list of texts" });
});

export const optionsSchema = z
  .strictObject({
    items: z.array(z.unknown()).exactOptional(),
    split: splitOption.optional(),
    map: workOption({}),
    reduce: workOption(limitFields),
    failures: z.enum(["some", "all"]).exactOptional(),
    minSuccesses: positive,
    concurrency: positive,
    maxItems: positive,
    label: labelOption,
  })
  .refine(({ items, split }) => (items === undefined) !== (split === undefined), "give either items or split")
  .refine(({ failures, minSuccesses }) => failures !== "all" || minSuccesses === undefined, {
    path: ["minSuccesses"],
    message: 'needs failures: "some"',
  });
