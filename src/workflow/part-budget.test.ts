import { setImmediate } from "node:timers/promises";

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../testing/workflow/run-workflow.ts";
import { restartEverywhere } from "../testing/workflow/restart-everywhere.ts";
import { budgetTrees, growBudgets, hasRace, spendingOf } from "./budget-tree.fixture.ts";
import type { AgentCall } from "./host.ts";
import { workflow } from "./workflow.ts";

const form = { input: z.null(), output: z.json() };
const costUsd = ({ prompt }: AgentCall): number => Number.parseInt(prompt, 10) / 100;

/** Agents come to their ends in another order than they began. */
const agents = {
  a: async ({ prompt }: AgentCall) => {
    for (let turns = Number.parseInt(prompt, 10) % 4; turns > 0; turns -= 1) await setImmediate();
    return "done";
  },
};

describe("a part's budget", () => {
  it("is never overspent, whatever runs at once in parts within parts, and leaves nobody waiting for ever", async () => {
    await fc.assert(
      fc.asyncProperty(budgetTrees, async (tree) => {
        const definition = workflow("tree", form, (flow) => growBudgets(flow, tree));
        const { host } = await runWorkflow(definition, { input: null, agents, costUsd });
        for (const [path, { limitUsd, spentUsd, isRefused }] of spendingOf(host)) {
          expect(spentUsd, path).toBeLessThanOrEqual(limitUsd + 1e-9);
          // Nobody is refused while there is something left; what losers of a race had spent, nobody is told.
          expect(isRefused && !hasRace(tree) ? spentUsd : limitUsd, path).toBeCloseTo(limitUsd, 6);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("has an agent wait until others have given back what they did not need", async () => {
    const begun: string[] = [];
    const firstMayEnd = Promise.withResolvers<undefined>();
    const definition = workflow("waits", form, (flow) =>
      flow.budget({ maxCostUsd: 1 }, () =>
        flow.map(["20", "30"], (prompt) => flow.agent("a", { prompt, maxCostUsd: 1 })),
      ),
    );
    const run = runWorkflow(definition, {
      input: null,
      costUsd,
      agents: {
        a: async ({ prompt }) => {
          begun.push(prompt);
          if (prompt === "20") await firstMayEnd.promise;
          return "done";
        },
      },
    });
    await expect.poll(() => begun).toEqual(["20"]);
    await setImmediate();
    expect(begun).toEqual(["20"]);
    firstMayEnd.resolve(undefined);
    expect((await run).output).toEqual(["done", "done"]);
  });

  it("is shared by the branches that run at once, and an agent by itself gets all of it", async () => {
    const definition = workflow("shares", form, async (flow) =>
      flow.budget({ maxCostUsd: 4 }, async () => {
        const words = await flow.map(["1", "2", "3", "4"], (prompt) => flow.agent("a", prompt), { concurrency: 2 });
        return [
          ...words,
          await flow.agent("a", { prompt: "5" }),
          await flow.agent("a", { prompt: "6", maxCostUsd: 0.5 }),
        ];
      }),
    );
    const { host } = await runWorkflow(definition, { input: null, agents });
    const sharers = host.calls.flatMap(({ parts = [] }) => parts.map((part) => part.sharers));
    expect(sharers).toEqual([2, 2, 2, 2, 1, 8]);
  });

  it("comes to the same when the process dies at every record", async () => {
    const definition = workflow("dies", form, (flow) =>
      flow.budget({ maxCostUsd: 1.5 }, async () => {
        const ends = await flow.settle(["40", "50", "30"].map((prompt) => () => flow.agent("a", { prompt })));
        return [...ends.map(({ status }) => status), await flow.agent("a", "30")];
      }),
    );
    const { deaths, problems } = await restartEverywhere({ definition, input: null, agents, costUsd });
    expect(problems).toEqual([]);
    expect(deaths).toBeGreaterThan(4);
  });

  it.each([Number.NaN, Infinity])(
    "is refused where it is %d, which is no amount that anything could be held to",
    async (maxCostUsd) => {
      const definition = workflow("none", form, async (flow) => {
        const ofPart = await flow.settle([() => flow.budget({ maxCostUsd }, () => flow.agent("a", "1"))]);
        const ofAgent = await flow.settle([
          () => flow.budget({ maxCostUsd: 1 }, () => flow.agent("a", { prompt: "1", maxCostUsd })),
        ]);
        return [...ofPart, ...ofAgent].map((end) => (end.status === "failed" ? end.error.code : end.status));
      });
      const { host, output } = await runWorkflow(definition, { input: null, agents });
      expect(output).toEqual(["ENGINE_FLOW_MISUSED", "ENGINE_FLOW_MISUSED"]);
      expect(host.calls).toEqual([]);
    },
  );
});
