/** Splits what git prints with `-z`: entries that end in NUL, so that any file name survives. */
export function splitNul(output: string): readonly string[] {
  const entries = output.split("\0");
  if (entries.at(-1) === "") entries.pop();
  return entries;
}

/** The input of `--stdin -z` and `--pathspec-file-nul`. */
export function joinNul(entries: readonly string[]): string {
  return entries.map((entry) => `${entry}\0`).join("");
}
