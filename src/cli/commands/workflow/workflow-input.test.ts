import { describe, expect, it } from "vitest";
import { z } from "zod";

import { readWorkflowInput } from "./workflow-input.ts";

const form = { names: z.array(z.string()), depth: z.number().optional() };

describe("a field that is given on the command line", () => {
  it("is read as its form says", async () => {
    const input = await readWorkflowInput("/", z.object(form), { set: ["names=a,b", "depth=2"] });
    expect(input).toEqual({ names: ["a", "b"], depth: 2 });
  });

  it.each([z.object(form), z.strictObject(form)])("is refused when the workflow takes no such field", async (taken) => {
    await expect(readWorkflowInput("/", taken, { set: ["names=a", "dept=2"] })).rejects.toMatchObject({
      code: "WORKFLOW_INPUT_INVALID",
      hint: "Did you mean depth?",
    });
  });

  it("may be any where the workflow takes others", async () => {
    expect(await readWorkflowInput("/", z.looseObject(form), { set: ["other=x"] })).toEqual({ other: "x" });
  });
});
