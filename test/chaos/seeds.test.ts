import { describe, expect, it, vi } from "vitest";

import { ciSeeds } from "./plan/ci-seeds.ts";
import { runSeed } from "./run-seed.ts";

// A seed waits more than it computes: two at once fill two cores.
vi.setConfig({ maxConcurrency: 2 });

/** A few seeds that have a bit of everything between them; `npm run chaos` runs two hundred. */
describe.concurrent("a job among disturbances", () => {
  it.each(ciSeeds)(
    "comes to its end with nothing lost, done twice or overspent: npm run chaos -- --seed %i",
    { timeout: 600_000 },
    async (seed) => {
      const { problems, rounds, happened } = await runSeed(seed);

      expect(problems, JSON.stringify({ happened, rounds }, undefined, 2)).toEqual([]);
      expect(rounds.at(-1)?.status).toBe("completed");
      expect(happened.filter(({ effect }) => effect !== undefined)).not.toEqual([]);
    },
  );
});
