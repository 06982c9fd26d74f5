import { emptyRaceError } from "./engine-errors.ts";
import { settleAll } from "./settle-all.ts";

/**
 * Runs all, `concurrency` at once, until one succeeds; begins none after that, and waits for those under way.
 * @param onWon - called at once, to abort the others
 * @throws the error of the first one in the order of the list when all failed
 */
export async function firstSuccess<T>(
  starts: readonly (() => Promise<T>)[],
  concurrency: number,
  onWon: (index: number) => void,
): Promise<{ readonly index: number; readonly value: T }> {
  const wins: { readonly index: number; readonly value: T }[] = [];
  const contend = async (start: () => Promise<T>, index: number): Promise<void> => {
    if (wins.length > 0) return;
    const value = await start();
    if (wins.push({ index, value }) === 1) onWon(index);
  };
  const failure = await failureOf(
    settleAll(
      starts.map((start, index) => () => contend(start, index)),
      concurrency,
    ),
  );
  const [won] = wins;
  if (won !== undefined) return won;
  throw failure === undefined ? emptyRaceError() : failure.reason;
}

async function failureOf(work: Promise<unknown>): Promise<PromiseRejectedResult | undefined> {
  const [outcome] = await Promise.allSettled([work]);
  return outcome.status === "rejected" ? outcome : undefined;
}
