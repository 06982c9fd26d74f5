import { describe, it } from "./vitest.ts";
import { cancellingPromises } from "./engine/cancelling.ts";
import { changingPromises } from "./engine/changing.ts";
import { claimingPromises } from "./engine/claiming.ts";
import { composingPromises } from "./engine/composing.ts";
import { pruningPromises } from "./engine/pruning.ts";
import { racingPromises } from "./engine/racing.ts";
import { readingPromises } from "./engine/reading.ts";
import { recordingPromises } from "./engine/recording.ts";
import { startingPromises } from "./engine/starting.ts";
import { type EnginePromises, type EngineUnderTest, TestBed } from "./engine/test-bed.ts";
import { waitingPromises } from "./engine/waiting.ts";

export type { EngineUnderTest } from "./engine/test-bed.ts";

/** The record is the whole contract of `Engine`: nothing runs outside it. */
const promises: EnginePromises = {
  ...startingPromises,
  ...claimingPromises,
  ...recordingPromises,
  ...waitingPromises,
  ...cancellingPromises,
  ...composingPromises,
  ...changingPromises,
  ...racingPromises,
  ...readingPromises,
  ...pruningPromises,
};

/** Generous: an adapter may poll a server. */
const limitMs = 30_000;

/**
 * @param open - a fresh, empty engine; called once for each promise
 * @param knownFailures - promise ids that this engine breaks; a listed promise that holds fails the suite
 */
export function engineConformance(
  name: string,
  {
    open,
    knownFailures = [],
  }: { readonly open: () => Promise<EngineUnderTest>; readonly knownFailures?: readonly string[] },
): void {
  describe(`engine conformance: ${name}`, () => {
    for (const [title, prove] of Object.entries(promises)) {
      const run = knownFailures.some((id) => title.startsWith(`${id} `)) ? it.fails : it;
      run(title, { timeout: limitMs }, async () => {
        const bed = new TestBed(await open());
        try {
          await prove(bed);
        } finally {
          await bed.close();
        }
      });
    }
  });
}
