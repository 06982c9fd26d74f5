import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry, Place } from "./journal.ts";
import { branchScope, Replay, rootScope } from "./replay.ts";

const step = (scope: string, position: number, name = `s${position}`): Entry => ({
  ...{ scope, position, name, kind: "step", state: "done" },
  valueText: JSON.stringify(name),
});
const changed = expect.objectContaining({ code: "ENGINE_WORKFLOW_CHANGED" });
const catching = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
};

describe("Replay", () => {
  it("gives back what is recorded at a place, and nothing beyond the end of the record", () => {
    const replay = new Replay([step(rootScope, 0), step(rootScope, 1)]);
    expect(replay.take(step(rootScope, 0))).toEqual(step(rootScope, 0));
    expect(replay.take(step(rootScope, 1))).toEqual(step(rootScope, 1));
    expect(replay.take(step(rootScope, 2))).toBeUndefined();
    expect(replay.refuseLeftover()).toBeUndefined();
  });

  it("refuses an unrecorded call before a recorded one of the same scope", () => {
    const replay = new Replay([step(rootScope, 1)]);
    expect(catching(() => replay.take(step(rootScope, 0)))).toEqual(changed);
  });

  it("tells the position ten from the branches of position one", () => {
    const replay = new Replay([step(branchScope(rootScope, 1, 0), 0)]);
    expect(catching(() => replay.take(step(rootScope, 1)))).toEqual(changed);
    expect(replay.take(step(rootScope, 10))).toBeUndefined();
  });

  it("knows the places of nested branches by what the innermost recorded", () => {
    const outer = branchScope(rootScope, 3, 0);
    const replay = new Replay([step(branchScope(outer, 1, 2), 0)]);
    expect(catching(() => replay.take(step(rootScope, 3)))).toEqual(changed);
    expect(catching(() => replay.take(step(outer, 1)))).toEqual(changed);
    expect(replay.enterAll(rootScope, 3)).toBeUndefined();
    expect(replay.enterAll(outer, 1)).toBeUndefined();
  });

  it("accepts the calls that made the record in any order of the scopes, and refuses any one of them renamed or left out", () => {
    const counts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(counts, fc.nat(), fc.nat(), (stepCounts, seed, victimSeed) => {
        const scopes = stepCounts.map((count, index) =>
          Array.from({ length: count }, (_, n) => step(`main.0.${index}`, n)),
        );
        const calls = interleave(scopes, seed);
        const victim = calls[victimSeed % calls.length];

        const same = new Replay(scopes.flat());
        expect(calls.map((call) => same.take(call))).toEqual(calls);
        expect(same.refuseLeftover()).toBeUndefined();

        const renamed = new Replay(scopes.flat());
        const rename = (call: Place): Place => (call === victim ? { ...call, name: "renamed" } : call);
        expect(catching(() => calls.forEach((call) => renamed.take(rename(call))))).toEqual(changed);

        const shorter = new Replay(scopes.flat());
        for (const call of calls) if (call !== victim) shorter.take(call);
        expect(catching(() => shorter.refuseLeftover())).toEqual(changed);
      }),
    );
  });
});

/** Deals the calls out scope by scope in a pseudo-random order that keeps each scope's own. */
function interleave(scopes: readonly (readonly Entry[])[], seed: number): readonly Entry[] {
  const rest = scopes.map((scope) => [...scope]);
  const dealt: Entry[] = [];
  for (let state = seed + 1; rest.some((scope) => scope.length > 0); state = (state * 16_807) % 2_147_483_647) {
    const open = rest.filter((scope) => scope.length > 0);
    dealt.push(...(open[state % open.length]?.splice(0, 1) ?? []));
  }
  return dealt;
}
