const interpreter = /(^|\/)((ba|da|k|z|fi)?sh|node|bun|deno|python[\d.]*|perl|ruby|php)$/;
const scriptFlag = /^(-[a-z]*[cepr]|--eval|--print)$/i;

/**
 * The words of a command that decide what runs: the program, and scripts that are given as arguments (`sh -c …`). A text from outside
 * within them could be a command of its own.
 */
export function scriptWords(words: readonly string[]): readonly string[] {
  const program = words.findIndex((word) => interpreter.test(word));
  const scripts = words.filter((_, index) => program >= 0 && scriptFlag.test(words[index - 1] ?? ""));
  return [...words.slice(0, 1), ...scripts];
}
