import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { EventType, StoredEvent } from "../../domain/events.ts";
import { taskIdOf } from "../../domain/ids.ts";
import { openState, type OpenState } from "../state-manager.fixture.ts";

const tasks = ["a", "b", "c"] as const;

/** As far as they matter here; `to` is for changes of a status only. */
type Said = { readonly type: EventType; readonly task: (typeof tasks)[number] | undefined; readonly to: string };

const said = fc.record<Said>({
  type: fc.constantFrom(
    "task-status-changed",
    "attempt-started",
    "attempt-decided",
    "gate-finished",
    "worker-started",
    "integration-finished",
    "task-rated",
    "workflow-node",
  ),
  task: fc.constantFrom(...tasks, undefined),
  to: fc.constantFrom("pending", "ready", "leased", "running", "completed", "failed"),
});

async function say({ state, jobId }: OpenState, { type, task, to }: Said): Promise<void> {
  const subject = { jobId, ...(task === undefined ? {} : { taskId: taskIdOf(jobId, task) }) };
  const facts = { to, commit: "c", failureClass: "permanent" };
  // What the log holds is not looked at more closely here.
  await state.events.append(type, subject, facts);
}

const logOf = ({ state, jobId }: OpenState) => state.events.read({ jobId, after: 0 });

/** What a checkpoint that is made later takes for changed. */
const changedSince = (log: readonly StoredEvent[], seq: number) =>
  new Set(log.filter((event) => event.seq > seq).flatMap(({ taskId }) => taskId ?? []));

const pruned = async (open: OpenState) => {
  const asked = { endedBy: open.clock.now, isWithActivity: false, isWithEvents: true };
  const foreseen = await open.state.history.prunable(asked);
  const removed = await open.state.history.prune(asked);
  expect(foreseen).toEqual(removed);
  return removed.events;
};

describe("events of a job that ended long ago", () => {
  it("go where they say what is kept besides, and whatever reads them later finds the same", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 25 }), async (all) => {
        await using open = await openState(tasks.map((key) => ({ key })));
        for (const event of all) await say(open, event);
        await open.state.jobs.setStatus(open.jobId, "cancelled");
        const [before, classes] = [await logOf(open), await failures(open)];
        const count = await pruned(open);
        const after = (await logOf(open)).filter(({ type }) => type !== "history-pruned");
        expect(after).toHaveLength(before.length - count);
        for (const { seq } of before) expect(changedSince(after, seq)).toEqual(changedSince(before, seq));
        expect(await failures(open)).toEqual(classes);
        expect(after.filter(isKept)).toEqual(before.filter(isKept));
        expect(await pruned(open)).toBe(0);
      }),
      { numRuns: 12 },
    );
  });

  it("stay where nobody asks for it, and all those of a job at work", async () => {
    await using open = await openState([{ key: "a" }]);
    for (let times = 0; times < 2; times += 1) await say(open, { type: "gate-finished", task: "a", to: "" });
    expect(await pruned(open)).toBe(0);
    await open.state.jobs.setStatus(open.jobId, "cancelled");
    const asked = { endedBy: open.clock.now, isWithActivity: false };
    expect(await open.state.history.prune({ ...asked, isWithEvents: false })).toMatchObject({ jobs: 0, events: 0 });
    expect(await pruned(open)).toBe(1);
    expect((await logOf(open)).at(-1)).toMatchObject({ type: "history-pruned", data: { events: 1 } });
  });
});

const failures = ({ state, jobId }: OpenState) =>
  Promise.all(tasks.map((task) => state.attempts.failureClasses(taskIdOf(jobId, task))));

const isKept = ({ type }: StoredEvent): boolean =>
  ["attempt-decided", "integration-finished", "task-rated", "workflow-node", "job-status-changed"].includes(type);

it("tells how much room what is kept takes", async () => {
  await using open = await openState([{ key: "a" }]);
  const before = await open.state.history.size();
  // Where there is no engine there are no journals.
  expect(before).toMatchObject({ journals: 0 });
  for (let times = 0; times < 300; times += 1)
    await say(open, { type: "gate-finished", task: "a", to: "x".repeat(99) });
  const after = await open.state.history.size();
  expect(after.events).toBeGreaterThan(before.events + 30_000);
  expect({ ...after, events: 0 }).toEqual({ ...before, events: 0 });
});
