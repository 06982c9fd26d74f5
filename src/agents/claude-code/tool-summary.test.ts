import { expect, test } from "vitest";
import { toolSummary } from "./tool-summary.ts";

test.each([
  ["Edit", { file_path: "/slots/s1/src/a.ts", old_string: "x" }, "Edit src/a.ts"],
  ["Write", { file_path: "/etc/passwd", content: "" }, "Write /etc/passwd"],
  ["Bash", { command: "npm test", description: "Runs the tests" }, "Bash npm test"],
  ["Bash", { command: "cat <<EOF\nlong\nEOF" }, "Bash cat <<EOF…"],
  ["Grep", { pattern: "TODO", path: "/slots/s1/src" }, "Grep TODO"],
  ["Task", { description: "Find the bug", prompt: "…" }, "Task Find the bug"],
  ["TodoWrite", { todos: [] }, "TodoWrite"],
  ["Odd", null, "Odd"],
])("%s %o reads as one line", (tool, input, line) => {
  expect(toolSummary(tool, input, "/slots/s1")).toBe(line);
});

test("a long command is cut", () => {
  expect(toolSummary("Bash", { command: "x".repeat(500) }, "/")).toHaveLength("Bash ".length + 120);
});

test("is cut before a word and never in it, so that half of a secret does not slip through", () => {
  const command = `curl --silent ${"x".repeat(80)} -H token:${"s".repeat(60)}`;
  expect(toolSummary("Bash", { command }, "/")).toBe(`Bash curl --silent ${"x".repeat(80)} -H …`);
});
