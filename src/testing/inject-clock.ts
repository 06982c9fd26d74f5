import { readFileSync } from "node:fs";

/**
 * The clock of this process, in milliseconds since the Unix epoch. Only chaos tests set `TUTTI_FAULT_CLOCK`: a file that holds
 * by how many milliseconds the system's clock is wrong, read at every look. Whoever writes it sets the clock of all processes
 * that were started so.
 */
export function injectClock(env: Readonly<Record<string, string | undefined>>): () => number {
  const { TUTTI_FAULT_CLOCK: file } = env;
  if (file === undefined) return () => Date.now();
  let offsetMs = 0;
  return () => {
    const text = readFileSync(file, "utf8").trim();
    // A reader may come in the middle of a write.
    if (/^-?\d+$/.test(text)) offsetMs = Number(text);
    return Date.now() + offsetMs;
  };
}
