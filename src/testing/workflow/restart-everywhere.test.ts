import { describe, expect, it } from "vitest";

import { restartEverywhere } from "./restart-everywhere.ts";
import { forgetfulCase, variedCase } from "./survival-cases.fixture.ts";

describe("restarting a workflow everywhere", () => {
  it("finds nothing wrong with one whose worker dies at every record", async () => {
    const { deaths, problems } = await restartEverywhere(variedCase);
    expect(problems).toEqual([]);
    expect(deaths).toBeGreaterThan(15);
  });

  it.each([1, 2, 3, 4, 5])("finds nothing wrong when deaths are drawn from seed %d", async (seed) => {
    const { deaths, problems } = await restartEverywhere(variedCase, { seed });
    expect(problems).toEqual([]);
    expect(deaths).toBeGreaterThan(1);
  });

  it("tells of a workflow that goes another way after a restart", async () => {
    const { problems } = await restartEverywhere(forgetfulCase);
    expect(problems.join("\n")).toContain("ENGINE_WORKFLOW_CHANGED");
  });
});
