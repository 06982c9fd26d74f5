/** What can be seen in a prompt without understanding it. Everything here is linear in the prompt's length. */

/** Words, numbers included. */
export const wordsOf = (text: string): readonly string[] => text.match(/[\p{L}\p{N}_'-]+/gu) ?? [];

/** Whatever looks like a path of a file: with a slash, or a name with an ending. */
export function pathsIn(text: string): ReadonlySet<string> {
  const tokens = text.split(/[\s"'`()[\]{}<>,;:!?]+/);
  return new Set(tokens.map((token) => token.replace(/^\.\//, "").replace(/\.+$/, "")).filter(isPathLike));
}

const isPathLike = (token: string): boolean =>
  token.length <= 300 &&
  (/^[\w@.~*-]+(?:\/[\w@.~*-]+)+\/?$/.test(token) || /^[\w-][\w.-]*\.[a-z][a-z0-9]{0,5}$/i.test(token));

/** A symbol, a call, an option, a number, something in quotes: what an agent can look for. */
const specifics = [
  /`[^`\n]+`/,
  /"[^"\n]+"/,
  /\b[a-z]+[A-Z]\w*/,
  /\b[A-Z][a-z]+[A-Z]\w*/,
  /\b\w+_\w+/,
  /\w\(/,
  /\b[A-Z]{2,}\b/,
  /(?:^|\s)--?[a-z]/,
  /\d/,
];

/** Whether a prompt names anything that can be found or checked. */
export const namesSomething = (text: string): boolean =>
  specifics.some((form) => form.test(text)) || pathsIn(text).size > 0;

/** What is shared by two texts says nothing if it is one of these. */
const commonWords = new Set(
  "about above after also before below between build change code could create each every file files from function have implement into make must need other output over project repository should task tasks that their them then there these this those through under update using when where which will with without work write".split(
    " ",
  ),
);

/** The words of a text that say what it is about, in lower case and without a plural's s. */
export function topicsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  return new Set(words.filter((word) => !commonWords.has(word)).map((word) => word.replace(/s$/, "")));
}
