import { describe, expect, it, vi } from "vitest";

import { faultPoints } from "../../src/domain/fault-points.ts";
import { extraRequests, missingRequests, usualRequests } from "../support/crash/check-crash-job.ts";
import { faultText, killTargets, nameOf, type KillTarget } from "../support/crash/kill-targets.ts";
import { survive, type Survival } from "../support/crash/survive.ts";

// A job waits about as long as it computes: two at once fill two cores.
vi.setConfig({ maxConcurrency: 2 });

/** `npm run crash` has a job for each point. A fifth worker that died in a row would end its job. */
const killsPerJob = { worker: 4, coordinator: 6 } as const;

const ofBoth: readonly KillTarget[] = [
  { process: "worker", point: "execute.tool-used" },
  { process: "coordinator", point: "resolve.tool-used" },
  { process: "worker", point: "proof.recorded" },
  { process: "coordinator", point: "integrate.completed" },
];

describe.concurrent("a run that nothing cuts short", () => {
  it("comes to every fault point, in each process that goes through it", async () => {
    const { exits, said, broken, reached, requests } = await survive("fake");

    expect(exits, said).toEqual([0]);
    expect(broken).toEqual([]);
    expect(reached.toSorted()).toEqual(killTargets.map(nameOf).toSorted());
    expect(new Set(killTargets.map(({ point }) => point))).toEqual(new Set(faultPoints));
    expect(extraRequests(usualRequests, requests)).toEqual([]);
    expect(extraRequests(requests, usualRequests)).toEqual([]);
  });
});

describe.concurrent("kill -9", () => {
  it.each(groupsOf("worker"))("of workers at %s: their coordinator recovers by itself", async (_points, targets) => {
    const survival = await survive("fake", faultText(targets));

    expect(survival.kills.toSorted()).toEqual(targets.map(nameOf).toSorted());
    expect(survival.exits, survival.said).toEqual([0]);
    expectNothingLost(survival, targets.length);
  });

  it.each(groupsOf("coordinator"))(
    "of the coordinator at %s: its workers stop, and resume finishes the job",
    async (_points, targets) => expectResumed(targets),
  );

  it("of workers and of whoever would have noticed: resume finishes the job", async () => expectResumed(ofBoth));
});

async function expectResumed(targets: readonly KillTarget[]): Promise<void> {
  const survival = await survive("fake", faultText(targets));

  const coordinatorKills = targets.filter(({ process }) => process === "coordinator");
  expect(survival.kills.toSorted()).toEqual(targets.map(nameOf).toSorted());
  expect(survival.exits, survival.said).toEqual([...coordinatorKills.map(() => "SIGKILL"), 0]);
  expectNothingLost(survival, 3 * targets.length);
}

type Group = readonly [points: string, targets: readonly KillTarget[]];

/** Those of a job are far apart, from its start to its end. */
function groupsOf(process: KillTarget["process"]): readonly Group[] {
  const elsewhere = new Set(ofBoth.map(nameOf));
  const all = killTargets.filter((target) => target.process === process && !elsewhere.has(nameOf(target)));
  const jobs = Math.ceil(all.length / killsPerJob[process]);
  return Array.from({ length: jobs }, (_, job) => {
    const targets = all.filter((_target, index) => index % jobs === job);
    return [targets.map(({ point }) => point).join(", "), targets] as const;
  });
}

/** @param liveSessions - the most that can have been in a turn when it was killed: each may repeat one request */
function expectNothingLost({ broken, requests }: Survival, liveSessions: number): void {
  expect(broken).toEqual([]);
  expect(missingRequests(usualRequests, requests)).toEqual([]);
  expect(extraRequests(usualRequests, requests).length).toBeLessThanOrEqual(liveSessions);
}
