import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { asJobId, taskIdOf } from "../../domain/ids.ts";
import type { Task } from "../../domain/model.ts";
import { taskRequestSchema } from "../../domain/plan/task-spec.ts";
import { openState, type OpenState } from "../../state/state-manager.fixture.ts";
import type { AgentCall } from "../../workflow/host.ts";
import { keyOfCall, requestOfCall } from "./task-of-call.ts";

const jobId = asJobId("job-1");

const call = (more: Partial<AgentCall> = {}): AgentCall => ({
  ...{ path: "map#1[0]/builder#1", node: "main.1.0@0", key: "run/map#1[0]/builder#1" },
  ...{ profile: "builder", prompt: "Write it", title: "Write it", signal: new AbortController().signal },
  ...more,
});

const keyOf = (more: Partial<AgentCall> = {}, known: readonly Task[] = [], since = Infinity): string =>
  keyOfCall(jobId, requestOfCall(call(more)), { known, since });

const tasksOf = ({ state }: OpenState) => state.tasks.list(jobId);

describe("the task of a call", () => {
  it("is the same for the same call, wherever it stands in the journal and whatever is left of its budget", () => {
    expect(keyOf({ node: "main.7.0@0", key: "another run/map#1[0]/builder#1" })).toBe(keyOf());
    expect(keyOf({ maxCostUsd: 1 })).toBe(keyOf({ maxCostUsd: 2 }));
  });

  it("is another one for another place, prompt, profile or form of the answer", () => {
    const others = [
      { path: "map#1[1]/builder#1" },
      { prompt: "Write it well" },
      { profile: "tester" },
      { resultSchema: { type: "number" } },
    ];
    expect(new Set([keyOf(), ...others.map((other) => keyOf(other))]).size).toBe(5);
  });

  it("has a name and a request that tasks may have, whatever the profile is called", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (profile, path) => {
        const asked = call({ profile: `a${profile}`, path, access: "read", expectedOutputs: ["x"], model: "haiku" });
        const request = requestOfCall(asked);
        const parsed = taskRequestSchema.parse({ ...request, key: keyOfCall(jobId, request, { known: [], since: 0 }) });
        expect(parsed).toMatchObject({ access: "read", escalate: ["haiku"], metadata: { path } });
      }),
    );
  });

  it("is not one that was cancelled before its body began: that is not taken up again", async () => {
    await using open = await openState([{ key: keyOf() }]);
    expect(keyOf({}, await tasksOf(open))).toBe(keyOf());
    await open.state.tasks.cancel(taskIdOf(jobId, keyOf()), "rolled back");
    expect(keyOf({}, await tasksOf(open))).toBe(`${keyOf()}-2`);
  });

  it("stays the one that was cancelled since its body began: a person's no is not asked again", async () => {
    await using open = await openState([{ key: keyOf() }]);
    await open.state.tasks.cancel(taskIdOf(jobId, keyOf()), "a person does not want it");
    expect(keyOf({}, await tasksOf(open), 0)).toBe(keyOf());
  });
});
