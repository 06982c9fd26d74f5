import { beforeAll, describe, expect, it, vi } from "vitest";

import { faultPoints } from "../../src/domain/fault-points.ts";
import { extraRequests, missingRequests } from "../support/crash/check-crash-job.ts";
import { faultText, killTargets, nameOf, type KillTarget } from "../support/crash/kill-targets.ts";
import { survive, type Survival } from "../support/crash/survive.ts";

// A job waits about as long as it computes: two at once fill two cores.
vi.setConfig({ maxConcurrency: 2 });

let undisturbed: Survival;

beforeAll(async () => {
  undisturbed = await survive("fake");
}, 180_000);

describe("a run that nothing cuts short", () => {
  it("comes to every fault point, in each process that goes through it", () => {
    expect(undisturbed.exits, undisturbed.said).toEqual([0]);
    expect(undisturbed.broken).toEqual([]);
    expect(undisturbed.reached.toSorted()).toEqual(killTargets.map(nameOf).toSorted());
    expect(new Set(killTargets.map(({ point }) => point))).toEqual(new Set(faultPoints));
  });
});

describe.concurrent("kill -9", () => {
  it.each(pairsOf("worker"))("of workers at $points: their coordinator recovers by itself", async ({ targets }) => {
    const survival = await survive("fake", faultText(targets));

    expect(survival.kills.toSorted()).toEqual(targets.map(nameOf).toSorted());
    expect(survival.exits, survival.said).toEqual([0]);
    expectNothingLost(survival, targets.length);
  });

  it.each(pairsOf("coordinator"))(
    "of the coordinator at $points: its workers stop, and resume finishes the job",
    async ({ targets }) => {
      const survival = await survive("fake", faultText(targets));

      expect(survival.kills.toSorted()).toEqual(targets.map(nameOf).toSorted());
      expect(survival.exits, survival.said).toEqual([...targets.map(() => "SIGKILL"), 0]);
      expectNothingLost(survival, 3 * targets.length);
    },
  );
});

/** An early and a late point in one job: half as many jobs. `npm run crash` has one for each point. */
function pairsOf(process: KillTarget["process"]) {
  const all = killTargets.filter((target) => target.process === process);
  const half = Math.ceil(all.length / 2);
  const pairs = all.slice(0, half).map((early, index) => [early, ...all.slice(half).slice(index, index + 1)]);
  return pairs.map((targets) => ({ targets, points: targets.map(({ point }) => point).join(" and ") }));
}

/** @param liveSessions - the most that can have been in a turn when it was killed: each may repeat one request */
function expectNothingLost({ broken, requests }: Survival, liveSessions: number): void {
  expect(broken).toEqual([]);
  expect(missingRequests(undisturbed.requests, requests)).toEqual([]);
  expect(extraRequests(undisturbed.requests, requests).length).toBeLessThanOrEqual(liveSessions);
}
