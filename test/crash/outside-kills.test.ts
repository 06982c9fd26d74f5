import { describe, expect, it, vi } from "vitest";

import { extraRequests, usualRequests } from "../support/crash/check-crash-job.ts";
import { crashJob } from "../support/crash/crash-job.ts";
import { bothAtWork, outsideKills } from "../support/crash/outside-kills.ts";
import { runToTheEnd } from "../support/crash/survive.ts";
import { inspectJob } from "../support/inspect-job.ts";

// A job waits about as long as it computes: two at once fill two cores.
vi.setConfig({ maxConcurrency: 2 });

describe.concurrent("while two agents are in the middle of a turn", () => {
  it.each(outsideKills)("$name: the job comes to the same", async ({ strike, exits, deaths, leaves }) => {
    const job = await crashJob("fake");
    try {
      const survival = await runToTheEnd(job, {
        meanwhile: async (run) => {
          await bothAtWork(job);
          await strike(job, run);
          expect([undefined, (await inspectJob(job.project)).job.status]).toContain(leaves);
        },
      });

      expect(survival.exits, survival.said).toEqual(exits);
      expect(deaths ?? [survival.deaths]).toContain(survival.deaths);
      expect(survival.broken).toEqual([]);
      expect(extraRequests(usualRequests, survival.requests).length).toBeLessThanOrEqual(3);
    } finally {
      await job.remove();
    }
  });
});
