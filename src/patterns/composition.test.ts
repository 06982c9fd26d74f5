import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { restartEverywhere } from "../testing/workflow/restart-everywhere.ts";
import { workflow } from "../workflow/workflow.ts";
import { grow, treeAgents, trees, type Tree } from "./composition.fixture.ts";

const growing = (tree: Tree) => ({
  definition: workflow("tree", { input: z.null(), output: z.unknown() }, (flow) => grow(flow, tree)),
  input: null,
  agents: treeAgents,
});

const runs = { numRuns: 40, timeout: 50_000 };

describe("patterns within patterns", () => {
  it("come to the same with and without deaths at any records, and no agent is asked twice", async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.integer(), async (tree, seed) => {
        expect((await restartEverywhere(growing(tree), { seed })).problems).toEqual([]);
      }),
      runs,
    );
  });

  it("come to the same when the worker dies at every record", async () => {
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        expect((await restartEverywhere(growing(tree))).problems).toEqual([]);
      }),
      { ...runs, numRuns: 10 },
    );
  });
});
