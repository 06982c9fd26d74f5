import type { Place } from "../places/port.ts";

/**
 * A place that never looks overloaded where the environment has `TUTTI_FAULT_IDLE`. Only tests that load a machine on purpose
 * set it: they would otherwise get one worker at a time and nothing that happens between two.
 */
export const injectIdleness = (env: Readonly<Record<string, string | undefined>>, place: Place): Place =>
  env["TUTTI_FAULT_IDLE"] === undefined
    ? place
    : { ...place, resources: async () => ({ ...(await place.resources()), loadAverage: 0 }) };
