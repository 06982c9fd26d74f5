/**
 * Tokens of a text, rather too many than too few: a prompt that does not fit is cut by some servers without a word. Models differ in
 * their vocabularies by more than this is wrong, and an exact count for one of them takes half a second to load.
 */
export function estimateTokens(text: string): number {
  let ascii = 0;
  let others = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) < 128) ascii += 1;
    else others += 1;
  }
  return Math.ceil(ascii / 3.2 + others);
}
