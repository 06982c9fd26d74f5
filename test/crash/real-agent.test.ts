import { afterEach, describe, expect, it } from "vitest";

import { extraRequests, missingRequests, usualTurns } from "../support/crash/check-crash-job.ts";
import { crashJob, type CrashJob } from "../support/crash/crash-job.ts";
import { faultText, nameOf, type KillTarget } from "../support/crash/kill-targets.ts";
import { agentProgram, kill } from "../support/crash/project-processes.ts";
import { runToTheEnd, survive, type Survival } from "../support/crash/survive.ts";

let job: CrashJob | undefined;

afterEach(async () => {
  await job?.remove();
  job = undefined;
});

/** In the order in which a job comes to them: the manager plans, a worker's agent works, a resolver does, the reviewer reads. */
const kills: readonly KillTarget[] = [
  { process: "coordinator", point: "plan.session-known" },
  { process: "worker", point: "execute.session-known" },
  { process: "worker", point: "execute.tool-used" },
  { process: "worker", point: "proof.recorded" },
  { process: "coordinator", point: "resolve.tool-used" },
  { process: "coordinator", point: "review.session-known" },
];

describe("kill -9 with the real Claude Code", () => {
  it("of workers and of the coordinator, wherever an agent and its results are on the way", async () => {
    const survival = await survive("claude", faultText(kills));

    const coordinatorKills = kills.filter(({ process }) => process === "coordinator");
    expect(survival.kills, survival.said).toEqual(kills.map(nameOf));
    expect(survival.exits, survival.said).toEqual([...coordinatorKills.map(() => "SIGKILL"), 0]);
    // The coordinator dies where no worker is in a turn but those beside the resolver.
    expectNothingLost(survival, kills.length + 2);
  });

  it("of every claude in the middle of its turn: the workers live, and go on with the conversations", async () => {
    const running = await crashJob("claude");
    job = running;
    const survival = await runToTheEnd(running, {
      meanwhile: async () => {
        const asked = expect.arrayContaining(["worker/c#1 turn 0", "worker/d#1 turn 0"]);
        await expect.poll(running.requests, { timeout: 60_000, interval: 10 }).toEqual(asked);
        await kill(running.project, agentProgram);
      },
    });

    expect(survival.exits, survival.said).toEqual([0]);
    expectNothingLost(survival, 2);
  });
});

/** @param liveSessions - the most that can have been in a turn when they were killed: each may repeat one request */
function expectNothingLost({ broken, requests }: Survival, liveSessions: number): void {
  expect(broken).toEqual([]);
  expect(missingRequests(usualTurns, requests)).toEqual([]);
  expect(extraRequests(usualTurns, requests).length).toBeLessThanOrEqual(liveSessions);
}
