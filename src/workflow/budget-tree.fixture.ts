import fc from "fast-check";
import { z } from "zod";

import type { StubHost } from "../testing/workflow/stub-host.ts";
import type { WorkflowFlow } from "./flow.ts";
import { workflow } from "./workflow.ts";

/** A workflow of parts, branches and agents. Amounts in cents. */
export type BudgetTree =
  | { readonly kind: "agent"; readonly cents: number; readonly ownCents?: number }
  | { readonly kind: "part"; readonly limitCents: number; readonly inside: BudgetTree }
  | { readonly kind: "called"; readonly inside: BudgetTree }
  | { readonly kind: "one by one" | "race"; readonly inside: readonly BudgetTree[] }
  | { readonly kind: "at once"; readonly concurrency: number; readonly inside: readonly BudgetTree[] };

const cents = (max: number) => fc.integer({ min: 1, max });
const several = (tree: fc.Arbitrary<BudgetTree>) => fc.array(tree, { minLength: 1, maxLength: 4 });

const { tree } = fc.letrec<{ tree: BudgetTree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record(
      { kind: fc.constant("agent" as const), cents: cents(60), ownCents: cents(60) },
      { requiredKeys: ["kind", "cents"] },
    ),
    fc.record({ kind: fc.constant("part" as const), limitCents: cents(150), inside: tie("tree") }),
    fc.record({ kind: fc.constant("called" as const), inside: tie("tree") }),
    fc.record({ kind: fc.constantFrom("one by one" as const, "race" as const), inside: several(tie("tree")) }),
    fc.record({
      kind: fc.constant("at once" as const),
      concurrency: fc.integer({ min: 1, max: 4 }),
      inside: several(tie("tree")),
    }),
  ),
}));

/** With a limit over the whole. */
export const budgetTrees: fc.Arbitrary<BudgetTree> = fc.record({
  kind: fc.constant("part" as const),
  limitCents: cents(200),
  inside: tree,
});

export const hasRace = (of: BudgetTree): boolean => JSON.stringify(of).includes('"race"');

/** What fails in it is a result: the rest is done. */
export async function growBudgets(flow: WorkflowFlow, of: BudgetTree): Promise<null> {
  await flow.settle([() => grow(flow, of)]);
  return null;
}

async function grow(flow: WorkflowFlow, of: BudgetTree): Promise<null> {
  if (of.kind === "agent") {
    const own = of.ownCents === undefined ? {} : { maxCostUsd: of.ownCents / 100 };
    await flow.agent("a", { prompt: `${of.cents}`, ...own });
  } else if (of.kind === "part") {
    await flow.budget({ maxCostUsd: of.limitCents / 100 }, () => growBudgets(flow, of.inside));
  } else if (of.kind === "called") {
    const other = workflow("other", { input: z.null(), output: z.null() }, (own) => growBudgets(own, of.inside));
    await flow.call(other, null);
  } else if (of.kind === "race") {
    await flow.race(of.inside.map((each) => () => grow(flow, each)));
  } else if (of.kind === "at once") {
    const { inside, concurrency } = of;
    await flow.settle(
      inside.map((each) => () => grow(flow, each)),
      { concurrency },
    );
  } else {
    for (const each of of.inside) await growBudgets(flow, each);
  }
  return null;
}

export type PartSpending = { readonly limitUsd: number; readonly spentUsd: number; readonly isRefused: boolean };

/** What each part of a run has cost, by its path. */
export function spendingOf({ calls, notes }: StubHost): ReadonlyMap<string, PartSpending> {
  const refused = new Set(notes.flatMap(({ error }) => (error === undefined ? [] : [error.context["path"]])));
  const costs = new Map(
    notes.flatMap(({ node, costUsd }) => (costUsd === undefined ? [] : [[node, costUsd] as const])),
  );
  const spending = new Map<string, PartSpending>();
  for (const { parts = [], node } of calls) {
    for (const { path, limitUsd } of parts) {
      const spentUsd = (spending.get(path)?.spentUsd ?? 0) + (costs.get(node) ?? 0);
      spending.set(path, { limitUsd, spentUsd, isRefused: refused.has(path) });
    }
  }
  return spending;
}
