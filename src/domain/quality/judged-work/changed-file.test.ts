import { expect, it } from "vitest";

import { codeElided } from "../rules/code-elided.ts";
import { addedOf, removedOf, type ChangedFile } from "./changed-file.ts";

const text = `${"* ".repeat(250_000)}!`;
const file: ChangedFile = {
  path: "bundle.js",
  status: "modified",
  kind: "file",
  isBinary: false,
  sizeBytes: text.length,
  text: { before: text, after: text, added: [{ number: 3, text }], removed: [text, "short"] },
};

it("rules see the beginning of a line of minified code, and are done with half a megabyte of it at once", () => {
  expect(addedOf(file)).toEqual([{ number: 3, text: text.slice(0, 4_001) }]);
  expect(removedOf(file)).toEqual([text.slice(0, 4_001), "short"]);
  const task = { title: "t", prompt: "p", acceptance: [], expectedOutputs: [], contextFiles: [] };
  expect(codeElided({ task, changes: [{ ...file }], agentText: "", gateCommands: [] })).toEqual([]);
});
