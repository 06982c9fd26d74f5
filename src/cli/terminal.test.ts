import { PassThrough } from "node:stream";
import { expect, it } from "vitest";

import { terminalOf } from "./terminal.ts";

const stream = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY });
const interactive = { stdin: stream(true), stdout: stream(true), env: {} };

it("a person is asked where both sides are a terminal", () => {
  expect(terminalOf(interactive, { isJson: false })).toEqual({ input: interactive.stdin, output: interactive.stdout });
});

it.each([
  ["nothing can be typed", { stdin: stream(false) }, false],
  ["nothing can be seen", { stdout: stream(false) }, false],
  ["a program reads", {}, true],
  ["it is a build server, whatever terminal it gives", { env: { CI: "true" } }, false],
])("nobody is asked where %s", (_why, other, isJson) => {
  expect(terminalOf({ ...interactive, ...other }, { isJson })).toBeUndefined();
});
