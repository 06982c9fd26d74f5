import { createHash } from "node:crypto";
import type { AgentLaunch } from "../port.ts";

/** The same text for the same value, whatever the order in which its keys were written. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/** A digest of everything that is fixed when the process starts; which conversation goes on is not. */
export function launchKeyOf(launch: AgentLaunch, settings: object): string {
  const { resume: _conversation, forkOf: _origin, ...fixed } = launch;
  return createHash("sha256").update(canonical({ fixed, settings })).digest("hex");
}
