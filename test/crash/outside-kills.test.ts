import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { extraRequests } from "../support/crash/check-crash-job.ts";
import { crashJob, runArgs, type CrashJob } from "../support/crash/crash-job.ts";
import { faultText, killTargets, nameOf } from "../support/crash/kill-targets.ts";
import { bothAtWork, outsideKills } from "../support/crash/outside-kills.ts";
import { runToTheEnd, survive, type Survival } from "../support/crash/survive.ts";
import { inspectJob } from "../support/inspect-job.ts";

let undisturbed: Survival;
let job: CrashJob;

beforeAll(async () => {
  undisturbed = await survive("fake");
}, 180_000);

afterEach(async () => job.remove());

const extraOf = ({ requests }: Survival): number => extraRequests(undisturbed.requests, requests).length;

describe("while two agents are in the middle of a turn", () => {
  it.each(outsideKills)("$name: the job comes to the same", async ({ strike, exits, deaths }) => {
    job = await crashJob("fake");
    const survival = await runToTheEnd(job, {
      meanwhile: async (run) => {
        await bothAtWork(job);
        await strike(job, run);
      },
    });

    expect(survival.exits, survival.said).toEqual(exits);
    expect(deaths ?? [survival.deaths]).toContain(survival.deaths);
    expect(survival.broken).toEqual([]);
    expect(extraOf(survival)).toBeLessThanOrEqual(3);
  });

  it("Ctrl-C leaves an interrupted job", async () => {
    job = await crashJob("fake");
    const run = job.start(runArgs);
    await bothAtWork(job);
    run.child.kill("SIGINT");

    expect((await run.ended).exitCode).toBe(130);
    expect((await inspectJob(job.project)).job.status).toBe("interrupted");
  });
});

describe("several kills in one job", () => {
  it("change nothing about what it comes to", { timeout: 400_000 }, async () => {
    const some = fc.uniqueArray(fc.constantFrom(...killTargets), {
      minLength: 2,
      maxLength: 3,
      selector: ({ point }) => point,
    });
    await fc.assert(
      fc.asyncProperty(some, async (targets) => {
        job = await crashJob("fake");
        const survival = await runToTheEnd(job, { faults: faultText(targets) });
        await job.remove();

        const coordinatorKills = survival.kills.filter((name) => name.startsWith("coordinator"));
        expect(targets.map(nameOf)).toEqual(expect.arrayContaining([...survival.kills]));
        expect(survival.exits, survival.said).toEqual([...coordinatorKills.map(() => "SIGKILL"), 0]);
        expect(survival.broken).toEqual([]);
        expect(extraOf(survival)).toBeLessThanOrEqual(3 * survival.kills.length);
      }),
      { numRuns: 3, seed: 20_260_101, endOnFailure: true },
    );
  });
});
