import type { GitPlace } from "../git/run-git.ts";
import { controlObjects, type Slot } from "../slots/slot.ts";

/**
 * A git directory of the agent, for commands that only read it. Git obeys its configuration, and a repository may name a server
 * that missing objects are fetched from: such a fetch would start programs of the agent's choice, outside of its sandbox.
 * The first variable forbids the fetch (git 2.39.4, 2.45.1 and later), the second one every transport it could use.
 */
export const agentPlace = (slot: Slot, gitDir: string): GitPlace => ({
  ...controlObjects(slot),
  env: { ...controlObjects(slot).env, GIT_DIR: gitDir, ...noLazyFetch, GIT_ALLOW_PROTOCOL: "" },
});

/** For git that reads an agent's directory as the other side of a fetch. */
export const noLazyFetch: Readonly<Record<string, string>> = { GIT_NO_LAZY_FETCH: "1" };
