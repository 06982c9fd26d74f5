import { expect, it } from "vitest";

import { asSlotId } from "../../domain/ids.ts";
import type { AgentLaunch } from "../port.ts";
import { launchKeyOf } from "./launch-key.ts";
import { toolOptions } from "./tool-options.ts";

const launch = (mode: "read" | "edit", more: Partial<AgentLaunch> = {}): AgentLaunch => ({
  slotId: asSlotId("s"),
  cwd: "/s",
  model: "sonnet",
  permissions: { mode, allow: [], sandbox: "off" },
  ...more,
});
const ofReading = { tools: ["Read", "Grep"], disallowedTools: ["Workflow"] };

it("a launch without a choice of its own leaves what its permissions come to", () => {
  expect(toolOptions(launch("read"), ofReading)).toEqual(ofReading);
  expect(toolOptions(launch("edit"), { disallowedTools: [] })).toEqual({ disallowedTools: [] });
});

it("a choice of tools replaces that, and gives nothing that writes to who may only read", () => {
  const tools = ["Read", "Write", "MultiEdit", "Bash(git log:*)"];
  expect(toolOptions(launch("read", { tools }), ofReading).tools).toEqual(["Read", "Bash"]);
  expect(toolOptions(launch("edit", { tools }), {}).tools).toEqual(["Read", "Write", "MultiEdit", "Bash"]);
  expect(toolOptions(launch("edit", { disallowedTools: ["Bash", "Workflow"] }), ofReading).disallowedTools).toEqual([
    "Workflow",
    "Bash",
  ]);
});

it("subagents come with the tool that calls them", () => {
  const subagents = [{ name: "explorer", description: "Finds", prompt: "Find.", tools: ["Read"] }];
  expect(toolOptions(launch("read", { subagents }), ofReading)).toEqual({
    tools: ["Read", "Grep", "Agent"],
    disallowedTools: ["Workflow"],
    agents: { explorer: { description: "Finds", prompt: "Find.", tools: ["Read"] } },
  });
});

it("tools and subagents are part of the launch key", () => {
  const subagents = [{ name: "a", description: "b", prompt: "c" }];
  const keys = [launch("read"), launch("read", { tools: [] }), launch("read", { subagents })].map((each) =>
    launchKeyOf(each, {}),
  );
  expect(new Set(keys).size).toBe(3);
});
