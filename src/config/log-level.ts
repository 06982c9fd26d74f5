import type { Config } from "./config.ts";

/** The level that is really logged: `verboseLogging` means `debug`. */
export const effectiveLogLevel = ({
  verboseLogging,
  logLevel,
}: Config["monitoring"]): Config["monitoring"]["logLevel"] => (verboseLogging ? "debug" : logLevel);
