import type { Contender, Sample } from "./contender.ts";

export type Pace = {
  readonly rounds: number;
  /** No further round begins that would probably end later than this after the start. */
  readonly budgetMs: number;
  /** Rounds before the first counted one. Default 0. */
  readonly warmUpRounds?: number;
  readonly say: (line: string) => void;
};

/** Runs A B C, A B C, …: what the machine does meanwhile hits all of them alike. At least one round is counted. */
export async function interleave(
  contenders: readonly Contender[],
  { rounds, budgetMs, warmUpRounds = 0, say }: Pace,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]));
  const startedAt = performance.now();
  let longestMs = 0;
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const roundStartedAt = performance.now();
    if (round > 0 && roundStartedAt - startedAt + longestMs > budgetMs) {
      say(`  the time is used up: ${round} of ${rounds} rounds`);
      return samples;
    }
    for (const { name, measure } of contenders) {
      const sample = await measure();
      if (round >= 0) samples.get(name)?.push(sample);
      say(`  ${round < 0 ? "warm-up" : `round ${round + 1}`} · ${name}: ${line(sample)}`);
    }
    longestMs = Math.max(longestMs, performance.now() - roundStartedAt);
  }
  return samples;
}

const line = (sample: Sample): string =>
  Object.entries(sample)
    .map(([key, value]) => `${key} ${Number(value.toPrecision(4))}`)
    .join(", ");
