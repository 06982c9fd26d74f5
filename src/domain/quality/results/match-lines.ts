/** The first group of every match, each once, in order. */
export const namesIn = (output: string, pattern: RegExp): readonly string[] => [
  ...new Set([...output.matchAll(pattern)].map((match) => (match[1] ?? "").trim()).filter((name) => name !== "")),
];

/** The number in the first group of the last match; 0 without one. */
export const numberIn = (output: string, pattern: RegExp): number =>
  Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);

/** The sum of the numbers in the first group of all matches. */
export const sumIn = (output: string, pattern: RegExp): number =>
  [...output.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1] ?? 0), 0);
