import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { chaosWorkflows, type ChaosPlan } from "./chaos-plan.ts";
import { ciSeeds } from "./ci-seeds.ts";
import { drawPlan } from "./draw-plan.ts";

const allSeeds = Array.from({ length: 200 }, (_, index) => index + 1);
const kindsOf = (plans: readonly ChaosPlan[]): ReadonlySet<string> =>
  new Set(plans.flatMap(({ disturbances }) => disturbances.map(({ kind }) => kind)));

describe("the plan of a seed", () => {
  it("is the same each time it is drawn, and no other seed has it", () => {
    expect(allSeeds.map(drawPlan)).toEqual(allSeeds.map(drawPlan));
    expect(new Set(allSeeds.map((seed) => JSON.stringify({ ...drawPlan(seed), seed: 0 }))).size).toBe(200);
  });

  it("depends on tasks that stand before, so that there is no cycle, and disturbs in the order of what is due", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1 }), (seed) => {
        const { tasks, disturbances } = drawPlan(seed);
        const keys = tasks.map(({ key }) => key);
        const isBefore = (index: number) => (needed: string) => keys.indexOf(needed) < index;
        expect(tasks.every(({ dependsOn }, index) => dependsOn.every(isBefore(index)))).toBe(true);
        const due = disturbances.map(({ afterEvents }) => afterEvents);
        expect(due).toEqual(due.toSorted((a, b) => a - b));
      }),
    );
  });

  it("is a workflow's in a quarter of all seeds, each of them in turn, and in some of every test run", () => {
    const workflows = allSeeds.map((seed) => drawPlan(seed).workflow);
    expect(workflows.filter((workflow) => workflow !== undefined)).toHaveLength(50);
    expect(new Set(workflows)).toEqual(new Set([undefined, ...chaosWorkflows]));
    expect(new Set(ciSeeds.map((seed) => drawPlan(seed).workflow))).toEqual(new Set(workflows));
  });

  it("has every kind of disturbance, both agents, both clocks, a small disk and a budget in the seeds of every test run", () => {
    const plans = ciSeeds.map(drawPlan);
    expect([...kindsOf(plans)].toSorted()).toEqual([...kindsOf(allSeeds.map(drawPlan))].toSorted());
    expect(new Set(plans.map(({ agent }) => agent))).toEqual(new Set(["fake", "claude"]));
    expect(new Set(plans.map(({ clock }) => clock))).toEqual(new Set(["port", "faketime"]));
    expect(plans.some(({ hasSmallDisk }) => hasSmallDisk)).toBe(true);
    expect(plans.some(({ budgetUsd }) => budgetUsd !== undefined)).toBe(true);
    expect(plans.some(({ faults }) => faults.length > 0)).toBe(true);
  });
});
