import { setTimeout as delay } from "node:timers/promises";

import type { StateManager } from "../../state/state-manager.ts";

type ChangeWatch = ReturnType<StateManager["events"]["watch"]>;

/** Many commits in a row are one reason to look, not many. A commit after a quiet while is seen at once. */
const restMs = 25;

/** A watch that wakes at most every 25 ms: for a consumer that looks at everything each time. */
export function pacedWatch(watch: ChangeWatch): ChangeWatch {
  let wokenAt = -Infinity;
  return {
    async wait(options) {
      const hasChanged = await watch.wait(options);
      const early = wokenAt + restMs - performance.now();
      if (hasChanged && early > 0) await rest(early, options.signal);
      wokenAt = performance.now();
      return hasChanged;
    },
  };
}

async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
