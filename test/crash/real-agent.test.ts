import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { extraRequests, missingRequests } from "../support/crash/check-crash-job.ts";
import { crashJob, type CrashJob } from "../support/crash/crash-job.ts";
import { faultText, nameOf, type KillTarget } from "../support/crash/kill-targets.ts";
import { agentProgram, kill } from "../support/crash/project-processes.ts";
import { runToTheEnd, survive, type Survival } from "../support/crash/survive.ts";

let undisturbed: Survival;
let job: CrashJob | undefined;

beforeAll(async () => {
  undisturbed = await survive("claude");
}, 180_000);

afterEach(async () => {
  await job?.remove();
  job = undefined;
});

/** In the order in which a job comes to them. */
const kills: Readonly<Record<string, readonly KillTarget[]>> = {
  "while a worker's agent and its results are on the way": [
    { process: "worker", point: "execute.session-known" },
    { process: "worker", point: "execute.tool-used" },
    { process: "worker", point: "proof.recorded" },
  ],
  "while the manager plans, a resolver works and the reviewer reads": [
    { process: "coordinator", point: "plan.session-known" },
    { process: "coordinator", point: "resolve.tool-used" },
    { process: "coordinator", point: "review.session-known" },
  ],
};

describe("kill -9 with the real Claude Code", () => {
  it.each(Object.entries(kills))("%s", async (_when, targets) => {
    const survival = await survive("claude", faultText(targets));

    const coordinatorKills = targets.filter(({ process }) => process === "coordinator");
    expect(survival.kills, survival.said).toEqual(targets.map(nameOf));
    expect(survival.exits, survival.said).toEqual([...coordinatorKills.map(() => "SIGKILL"), 0]);
    // The coordinator dies where no worker is in a turn but those beside the resolver.
    expectNothingLost(survival, targets.length + (coordinatorKills.length > 0 ? 2 : 0));
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
  expect(missingRequests(undisturbed.requests, requests)).toEqual([]);
  expect(extraRequests(undisturbed.requests, requests).length).toBeLessThanOrEqual(liveSessions);
}
