import type { ConfigInput } from "./config.ts";

/**
 * Gives a `tutti.config.ts` its types. Returns what it is given; the settings are checked when they are loaded.
 *
 * @example
 * export default defineConfig({ execution: { workers: 4 } });
 */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
