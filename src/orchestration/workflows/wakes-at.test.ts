import { expect, it } from "vitest";

import type { JournalEntry } from "../../engine/port.ts";
import { wakesAt } from "./wakes-at.ts";

const entry = (more: Partial<JournalEntry>): JournalEntry => ({
  ...{ scope: "main", position: 0, kind: "sleep", name: "sleep", state: "open" },
  ...more,
});
const none = new Set<string>();

it("a body goes on by itself with the first of its timers", () => {
  const receive = entry({ kind: "receive", name: "build", dueAt: 5 });
  expect(wakesAt([entry({ scope: "main.0.0", dueAt: 7 }), receive, entry({ state: "done" })], none)).toBe(5);
  expect(wakesAt([entry({ kind: "receive", name: "build" })], none)).toBeUndefined();
});

it("how long a person may take for an answer is no such time", () => {
  const question = entry({ kind: "receive", name: "approval x", dueAt: 5 });
  expect(wakesAt([question], new Set(["approval x"]))).toBeUndefined();
});

it("what sleeps in a branch that lost a race wakes nobody; in one that still runs it does", () => {
  const race = entry({ kind: "race", position: 12 });
  const asleep = entry({ scope: "main.12.1.3.0", dueAt: 5 });
  expect(wakesAt([race, asleep], none)).toBe(5);
  expect(wakesAt([{ ...race, state: "done" }, asleep], none)).toBeUndefined();
  expect(wakesAt([{ ...race, state: "done", position: 1 }, asleep], none)).toBe(5);
});
