import { beforeAll, describe, expect, it, vi } from "vitest";

import { faultPoints } from "../../src/domain/fault-points.ts";
import { extraRequests, missingRequests } from "../support/crash/check-crash-job.ts";
import { faultText, killTargets, nameOf } from "../support/crash/kill-targets.ts";
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
  it.each(killTargets.filter(({ process }) => process === "worker"))(
    "of a worker at $point: its coordinator recovers by itself",
    async (target) => {
      const survival = await survive("fake", faultText([target]));

      expect(survival.kills).toEqual([nameOf(target)]);
      expect(survival.exits, survival.said).toEqual([0]);
      expectNothingLost(survival, 1);
    },
  );

  it.each(killTargets.filter(({ process }) => process === "coordinator"))(
    "of the coordinator at $point: its workers stop, and resume finishes the job",
    async (target) => {
      const survival = await survive("fake", faultText([target]));

      expect(survival.kills).toEqual([nameOf(target)]);
      expect(survival.exits, survival.said).toEqual(["SIGKILL", 0]);
      expectNothingLost(survival, 3);
    },
  );
});

/** @param liveSessions - the most that can have been in a turn when it was killed: each may repeat one request */
function expectNothingLost({ broken, requests }: Survival, liveSessions: number): void {
  expect(broken).toEqual([]);
  expect(missingRequests(undisturbed.requests, requests)).toEqual([]);
  expect(extraRequests(undisturbed.requests, requests).length).toBeLessThanOrEqual(liveSessions);
}
