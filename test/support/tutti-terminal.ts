import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

import { until } from "../../src/testing/engine/test-bed.ts";
import type { ScratchProject } from "./scratch-project.ts";
import { environmentOf } from "./tutti-process.ts";

export type TuttiTerminal = {
  /**
   * Types when a text is to be seen that was not there before the last keys.
   * @returns what was shown since then
   */
  readonly when: (text: string, keys: string) => Promise<string>;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly shown: string }>;
  /** Ends what still runs there: it would keep the test runner from ending. Idempotent. */
  readonly close: () => Promise<void>;
};

const bin = fileURLToPath(new URL("../../bin/tutti.js", import.meta.url));
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The command at a terminal: util-linux's `script` gives it one, and what is typed here is typed there. */
export function startOnTerminal(project: ScratchProject, args: readonly string[]): TuttiTerminal {
  const command = [process.execPath, bin, ...args].map(quoted).join(" ");
  // Where `script` itself sits at no terminal its own has no size.
  const child = spawn("script", ["-qec", `stty cols 100 rows 40; exec ${command}`, "/dev/null"], {
    cwd: project.root,
    // On a loaded machine there would be fewer workers.
    env: environmentOf(project, { env: { TERM: "xterm", SHELL: "/bin/sh", TUTTI_FAULT_IDLE: "1" } }),
    stdio: ["pipe", "pipe", "inherit"],
  });
  let shown = "";
  let seen = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (shown += stripVTControlCharacters(text)));
  const { promise: ended, resolve } = Promise.withResolvers<{ exitCode: number | null; shown: string }>();
  child.once("close", (exitCode) => resolve({ exitCode, shown }));
  return {
    ended,
    close: async () => {
      // The terminal goes, and what runs at it is told to hang up.
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      await ended;
    },
    when: async (text, keys) => {
      const isShown = (): boolean => shown.includes(text, seen);
      await until(() => isShown() || child.exitCode !== null, 30_000).catch(() => undefined);
      if (!isShown()) throw new Error(`"${text}" was not shown:\n${shown}`);
      const news = shown.slice(seen);
      seen = shown.length;
      child.stdin.write(keys);
      return news;
    },
  };
}
