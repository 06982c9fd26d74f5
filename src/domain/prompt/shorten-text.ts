/** Stands where the rest of a text was cut off. */
export const cutMark = "… (shortened)";

/** Less than this of a text helps nobody. */
const leastTokens = 24;
/** About. */
const charactersPerToken = 4;

/**
 * The longest beginning of a text that stays within a number of tokens, its mark included.
 * @returns `undefined` where so little would be left that it helps nobody
 */
export function shortenText(text: string, maxTokens: number, count: (text: string) => number): string | undefined {
  if (maxTokens < leastTokens) return undefined;
  let [fits, tooLong] = [0, maxTokens * charactersPerToken];
  // Counting a text of a megabyte takes long: it is not looked at further than it can fit.
  while (tooLong < text.length && count(cutAt(text, tooLong)) <= maxTokens) [fits, tooLong] = [tooLong, tooLong * 2];
  tooLong = Math.min(tooLong, text.length);
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (count(cutAt(text, middle)) <= maxTokens) fits = middle;
    else tooLong = middle;
  }
  return fits === 0 ? undefined : cutAt(text, fits);
}

/** Not between the halves of a character. */
function cutAt(text: string, length: number): string {
  const isHalved = /[\uD800-\uDBFF]/.test(text.charAt(length - 1));
  return `${text.slice(0, isHalved ? length - 1 : length).trimEnd()}${cutMark}`;
}
