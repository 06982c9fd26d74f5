/**
 * The name that somebody most likely meant, or `undefined` when none is near. Case and separators don't count, so that
 * `worker_timeout_ms` finds `workerTimeoutMs`; otherwise a third of the letters may differ.
 */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const target = plain(written);
  const limit = Math.max(1, Math.floor(target.length / 3));
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(target, plain(name));
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_\-\s]/g, "");

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours (Damerau 1964). */
function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = nextRow({ from, to, row, last, beforeLast });
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}

type RowInput = {
  readonly from: string;
  readonly to: string;
  readonly row: number;
  readonly last: readonly number[];
  readonly beforeLast: readonly number[];
};

function nextRow({ from, to, row, last, beforeLast }: RowInput): number[] {
  const at = (values: readonly number[], index: number) => values[index] ?? Infinity;
  const current = [row];
  for (let column = 1; column <= to.length; column++) {
    const isSame = from[row - 1] === to[column - 1];
    const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
    const edits = [at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (isSame ? 0 : 1)];
    current.push(Math.min(...edits, isSwap ? at(beforeLast, column - 2) + 1 : Infinity));
  }
  return current;
}
