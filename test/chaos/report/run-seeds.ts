import { loadavg } from "node:os";

import { runSeed, type SeedResult } from "../run-seed.ts";
import { appendLine, type SeedLine } from "./chaos-log.ts";

export type SeedRun = {
  readonly seeds: readonly number[];
  /** How many at once. */
  readonly jobs: number;
  /** Where a line is written for each seed. */
  readonly log: string;
  readonly commit: string;
  /** Where the state of a seed that failed is kept. Default: nowhere. */
  readonly keepIn?: string | undefined;
  readonly say: (line: string) => void;
};

/** Runs seeds and tells of each as it ends. @returns how many failed */
export async function runSeeds({ seeds, jobs, log, commit, keepIn, say }: SeedRun): Promise<number> {
  const waiting = [...seeds];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const result = await runSeed(seed, { keepIn });
      const line: SeedLine = { ...result, commit, endedAt: new Date().toISOString(), load: loadavg()[0] ?? 0 };
      appendLine(log, line);
      if (result.problems.length > 0) failed += 1;
      say(resultText(result));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return failed;
}

function resultText({ seed, agent, tasks, durationMs, happened, faultKills, rounds, problems }: SeedResult): string {
  const done = happened.map((each) => {
    const victim = "victim" in each ? ` ${each.victim.role}` : "";
    return `${each.kind}${victim} at ${each.afterEvents}${each.effect === undefined ? " (nothing there)" : `: ${each.effect}`}`;
  });
  const kills = faultKills.map((name) => `kill -9 at ${name}`);
  const ends = rounds.map(({ command, end, status }) => `${command.split(" ")[0] ?? ""} ${end} ${status}`);
  const verdict = problems.length === 0 ? "held" : "BROKEN";
  return [
    `seed ${seed} ${verdict}: ${agent}, ${tasks} tasks, ${Math.round(durationMs / 1_000)} s; ${ends.join(" → ")}`,
    `  ${[...kills, ...done].join("; ")}`,
    ...problems.map((problem) => `  ! ${problem.replaceAll("\n", "\n    ")}`),
    ...(problems.length === 0 ? [] : [`  again: npm run chaos -- --seed ${seed}`]),
  ].join("\n");
}
