export type Interval = { readonly low: number; readonly high: number };

/** 95 %. */
const z = 1.959964;

/**
 * Where a share lies that was seen in `good` of `all` trials: Wilson's score interval, which is right also for few trials and for
 * shares near 0 and 1 (E. B. Wilson, "Probable Inference", 1927). Without trials it is [0, 1].
 */
export function wilsonInterval(good: number, all: number): Interval {
  if (all === 0) return { low: 0, high: 1 };
  const share = good / all;
  const scale = 1 + z ** 2 / all;
  const middle = (share + z ** 2 / (2 * all)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / all + z ** 2 / (4 * all ** 2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
