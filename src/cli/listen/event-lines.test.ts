import { expect, it } from "vitest";

import { TuttiError } from "../../domain/errors.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { EventLines } from "./event-lines.ts";

it("nothing that a sender wrote reaches the terminal as more than a line of text", () => {
  const output = memoryOutput({ isJson: false });
  const lines = new EventLines(output);
  const hostile = "e\u001B]0;owned\u0007\u001B[2J\nrefused: nothing\u202E";
  const event = { id: hostile, type: "x", source: hostile, details: {} };
  lines.received({ ...event }, true);
  lines.trouble(
    { event, status: "received", receivedAt: 0, jobId: undefined, reason: undefined, endedAt: undefined },
    new TuttiError("INTERNAL", hostile),
  );
  lines.notKept(hostile, new TuttiError("INTERNAL", hostile));
  lines.refused(`POST /${hostile}${"y".repeat(9_000)}: 401`);
  const shown = output.out() + output.err();
  expect(shown).not.toMatch(/(?!\n)[\p{Cc}\u202E]/u);
  expect(shown.trimEnd().split("\n")).toHaveLength(4);
  expect(shown.length).toBeLessThan(1_500);
});
