import { expect, it } from "vitest";

import { attemptIdOf, taskIdOf } from "../../domain/ids.ts";
import { leaseTask, openState, tip, type OpenState } from "../state-manager.fixture.ts";

async function saySomething(open: OpenState): Promise<void> {
  const { state, jobId } = open;
  const [taskId, place] = [taskIdOf(jobId, "a"), { jobId }];
  const { id } = await state.attempts.begin(await leaseTask(open, "a"), tip);
  await state.prompts.record({
    ...{ conversation: "c", turn: 1, jobId, taskId, attemptId: attemptIdOf(taskId, 1), role: "worker", kind: "worker" },
    text: "Do it.",
    template: { name: "worker.md.j2", from: "built-in" },
    account: { tokens: 3, maxTokens: 9, counter: "size", parts: [], isOverBudget: false },
    rewriting: undefined,
  });
  await state.prompts.keepRewrite(await leaseTask(open, "a", 2), id, { isUsed: true, by: "m", text: "Do it well." });
  const asked = { purpose: "notes", about: place, supervisor: "m", contentKey: "k", prompt: "What?" } as const;
  await state.interactions.begin(asked);
  await state.history.record({ jobId, kind: "answer", role: "worker", text: "Done." });
  const shown = { at: 1, jobId, taskId, role: "worker", kind: "text", text: "Looking." } as const;
  const batch = Array.from({ length: 1_000 }, () => shown);
  for (let written = 0; written < 6; written += 1) await state.events.appendActivity(batch);
}

const kept = async ({ state, jobId }: OpenState) => [
  (await state.prompts.list({ jobId })).length,
  (await state.interactions.list({ jobId })).length,
  (await state.history.list({ jobId })).length,
];

it("what was said about a job goes when it ended long enough ago, and that is said; a job at work loses nothing", async () => {
  await using open = await openState([{ key: "a" }]);
  const { state, jobId, clock } = open;
  await saySomething(open);
  const prune = (endedBy: number) => state.history.prune({ endedBy, isWithActivity: false, isWithEvents: false });
  const nothing = { jobs: 0, prompts: 0, questions: 0, entries: 0, activities: 0, events: 0 };
  expect(await prune(clock.now + 1_000)).toEqual(nothing);
  await state.jobs.setStatus(jobId, "cancelled");
  expect(await prune(clock.now - 1)).toEqual(nothing);
  expect(await kept(open)).toEqual([1, 1, 1]);

  expect(await prune(clock.now)).toEqual({ jobs: 1, prompts: 1, questions: 1, entries: 1, activities: 0, events: 0 });
  expect(await kept(open)).toEqual([0, 0, 0]);
  expect(await state.prompts.findRewrite(attemptIdOf(taskIdOf(jobId, "a"), 1))).toBeUndefined();
  expect(await prune(clock.now)).toEqual(nothing);
  const told = (await state.events.read({ jobId, after: 0 })).filter(({ type }) => type === "history-pruned");
  expect(told.map(({ data }) => data)).toEqual([{ prompts: 1, questions: 1, entries: 1 }]);
});

it("what agents showed goes too when that is asked for, however much it is, and not that of a job at work", async () => {
  await using open = await openState([{ key: "a" }]);
  const { state, jobId, clock } = open;
  await saySomething(open);
  const prune = () => state.history.prune({ endedBy: clock.now, isWithActivity: true, isWithEvents: false });
  const shown = async () => (await state.events.readActivity({ jobId, after: 0 })).length;
  expect(await prune()).toMatchObject({ jobs: 0, activities: 0, events: 0 });
  expect(await shown()).toBeGreaterThan(0);
  await state.jobs.setStatus(jobId, "cancelled");
  expect(await prune()).toEqual({ jobs: 1, prompts: 1, questions: 1, entries: 1, activities: 6_000, events: 0 });
  expect(await shown()).toBe(0);
  const events = await state.events.read({ jobId, after: 0 });
  expect(events.at(-1)).toMatchObject({ type: "history-pruned", data: { activities: 6_000 } });
});
