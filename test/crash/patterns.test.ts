import { describe, expect, it, vi } from "vitest";

import { builtInWorkflows } from "../../src/patterns/index.ts";
import { crashEverywhere } from "../support/crash/crash-everywhere.ts";
import * as stubCases from "../support/crash/patterns/stub-cases.ts";

vi.setConfig({ maxConcurrency: 2 });

const module = new URL("../support/crash/patterns/stub-cases.ts", import.meta.url);

describe.concurrent("kill -9 before and after each record of a ready workflow", () => {
  it("is done to every one that there is", () => {
    const tested = Object.values(stubCases).map(({ definition }) => definition.name);
    expect(new Set(tested)).toEqual(new Set(builtInWorkflows.map(({ name }) => name)));
  });

  it.each(Object.keys(stubCases))("%s: another process comes to the same, and no step runs twice", async (name) => {
    const { records, killed, problems } = await crashEverywhere(module, name);
    expect(problems).toEqual([]);
    expect(records).toBeGreaterThan(0);
    expect(killed).toBe(records * 2);
  });
});
