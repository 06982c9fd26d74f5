import { expect, it } from "vitest";

import { asCheckpointId, asJobId, taskIdOf } from "../../domain/ids.ts";
import { base, leaseTask, openState, tip } from "../state-manager.fixture.ts";

const outer = { path: "budget#1", limitUsd: 4, sharers: 2 };
const inner = { path: "budget#1/map#1[0]/budget#1", limitUsd: 1, sharers: 1 };

it("limits of parts are kept in their order, and the next ones take their place", async () => {
  await using open = await openState([{ key: "a" }]);
  const { partLimits } = open.state;
  const id = taskIdOf(open.jobId, "a");
  expect(await partLimits.of(id)).toEqual([]);
  await partLimits.hold(id, [outer, inner]);
  expect(await partLimits.of(id)).toEqual([outer, inner]);
  await partLimits.hold(id, [{ ...outer, limitUsd: 9 }]);
  expect(await partLimits.of(id)).toEqual([{ ...outer, limitUsd: 9 }]);
});

it("pieces of a task that was split are held to the same limits as the whole", async () => {
  await using open = await openState([{ key: "a" }]);
  const { attempts, partLimits, tasks } = open.state;
  const lease = await leaseTask(open, "a");
  await partLimits.hold(lease.taskId, [outer, inner]);
  const { id } = await attempts.begin(lease, tip);
  const { spec } = await tasks.get(lease.taskId);
  const plain = { reasons: ["r"], countsAsAttempt: true, resumeSession: false, delayMs: 0, feedback: undefined };
  await attempts.decide(lease, id, { ...plain, action: "split", parts: [{ ...spec, key: "a-one" }] });
  expect(await partLimits.of(taskIdOf(open.jobId, "a-one"))).toEqual([outer, inner]);
});

it("tasks of a fork are held to them before its body asks for them again", async () => {
  await using open = await openState([{ key: "a" }, { key: "b" }]);
  const { state, jobId } = open;
  await state.partLimits.hold(taskIdOf(jobId, "b"), [outer]);
  const facts = { kind: "manual" as const, ref: "refs/one", files: [], isWhileAtWork: false, objectBytes: 0 };
  const checkpoint = asCheckpointId("one");
  await state.checkpoints.record({ ...facts, id: checkpoint, projectPath: "/p", jobId, tip: base, commit: base });
  const versions = await state.checkpoints.stateAt({ id: checkpoint, jobId });
  const { options } = await state.jobs.get(jobId);
  const id = asJobId("fork");
  await state.jobs.fork({ id, branch: "f", options, checkpoint, from: jobId, tip: base, versions });
  expect(await state.partLimits.of(taskIdOf(id, "a"))).toEqual([]);
  expect(await state.partLimits.of(taskIdOf(id, "b"))).toEqual([outer]);
});
