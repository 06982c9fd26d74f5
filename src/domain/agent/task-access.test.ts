import { expect, it } from "vitest";

import { subagentOf } from "./subagent.ts";
import { brokenPromise, taskAccess } from "./task-access.ts";

const none = { expectedOutputs: [] };
const promised = { expectedOutputs: ["a.md"] };

it.each([
  [none, undefined, "edit"],
  [none, "read", "read"],
  [none, "edit", "edit"],
  [promised, "read", "edit"],
  [{ ...none, access: "read" as const }, "edit", "read"],
  [{ ...none, access: "edit" as const }, "read", "edit"],
] as const)("a task that says %j with a profile that may %s may %s", (task, access, expected) => {
  expect(taskAccess(task, access === undefined ? undefined : { access })).toBe(expected);
});

it("a task can't promise files that its agent has no tools to write, or that it may only read", () => {
  const reader = { name: "reader", tools: ["Read"] };
  expect(brokenPromise(promised, reader)).toBe("the tools of its agent reader only read");
  expect(brokenPromise({ ...promised, access: "read" }, undefined)).toBe("its access is read");
  expect(brokenPromise(promised, { name: "designer" })).toBeUndefined();
  expect(brokenPromise({ ...none, access: "read" }, reader)).toBeUndefined();
});

it("a subagent never may more than whoever calls it", () => {
  const builder = { name: "b", description: "Builds", prompt: "", access: "edit", origin: "config" } as const;
  const tools = ["Read", "Edit", "Bash(ls)"];
  expect(subagentOf({ ...builder, tools }, "read").tools).toEqual(["Read", "Bash(ls)"]);
  expect(subagentOf(builder, "read").tools).toEqual(["Read", "Grep", "Glob"]);
  expect(subagentOf({ ...builder, tools }, "edit").tools).toEqual(tools);
  expect(subagentOf({ ...builder, tools, access: "read" }, "edit").tools).toEqual(["Read"]);
  expect(subagentOf(builder, "edit")).toEqual({ name: "b", description: "Builds", prompt: "Builds" });
});
