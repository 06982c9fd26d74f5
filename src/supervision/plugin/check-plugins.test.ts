import { describe, expect, it } from "vitest";

import { checkPlugins } from "./check-plugins.ts";
import { definePlugin } from "./plugin.ts";

const good = definePlugin({
  name: "ours",
  qualityStages: [{ name: "size", judge: () => Promise.resolve({ score: 1, findings: [] }) }],
  breakpointEvaluators: { friday: () => true },
});

describe("the plugins of a project", () => {
  it("are what their files export", () => {
    expect(checkPlugins([{ file: "a.ts", exported: good }])).toEqual([good]);
  });

  it.each([
    ["text", "its default export"],
    [{}, "name"],
    [{ name: "x", qualityStages: [{ name: "size" }] }, "qualityStages.0.judge"],
    [{ name: "x", stages: [] }, "stages"],
    [{ name: "x", breakpointEvaluators: { friday: true } }, "breakpointEvaluators.friday"],
  ])("name the file and the field that is wrong: %j", (exported, field) => {
    const check = (): unknown => checkPlugins([{ file: "a.ts", exported }]);
    expect(check).toThrow(
      expect.objectContaining({ code: "PLUGIN_INVALID", message: expect.stringContaining("a.ts") }),
    );
    expect(check).toThrow(field);
  });

  it("have names of their own", () => {
    const check = (): unknown =>
      checkPlugins([
        { file: "a.ts", exported: good },
        { file: "b.ts", exported: { name: "ours" } },
      ]);
    expect(check).toThrow('b.ts: a.ts is called "ours", too');
  });
});
