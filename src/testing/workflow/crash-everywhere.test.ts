import { describe, expect, it } from "vitest";

import { crashEverywhere } from "../../../test/support/crash/crash-everywhere.ts";

const cases = new URL("survival-cases.fixture.ts", import.meta.url);

describe("killing a workflow everywhere", () => {
  it("kills before and after each record", async () => {
    expect(await crashEverywhere(cases, "longCase")).toEqual({ records: 15, killed: 30, problems: [] });
  });

  it("finds nothing wrong with one that another process goes on with", async () => {
    const { records, killed, problems } = await crashEverywhere(cases, "variedCase");
    expect(problems).toEqual([]);
    expect(records).toBeGreaterThan(15);
    expect(killed).toBe(records * 2);
  });

  it("tells of a workflow that goes another way after a restart", async () => {
    const { problems } = await crashEverywhere(cases, "forgetfulCase");
    expect(problems.join("\n")).toContain("ENGINE_WORKFLOW_CHANGED");
  });
});
