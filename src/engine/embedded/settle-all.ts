/**
 * Runs all, `concurrency` at once, and waits for every one to settle, so that what was started doesn't depend on who
 * failed first.
 * @throws the error of the first failed one in the order of the list
 */
export async function settleAll<T>(starts: readonly (() => Promise<T>)[], concurrency: number): Promise<readonly T[]> {
  const outcomes: PromiseSettledResult<T>[] = [];
  const queue = starts.entries();
  const drain = async () => {
    for (const [index, start] of queue) [outcomes[index]] = await Promise.allSettled([start()]);
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, concurrency), starts.length) }, drain));
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}
