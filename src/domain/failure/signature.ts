import type { ErrorCode } from "../errors.ts";

/** Longest message part of a signature, in characters. */
const maxLength = 200;

/** Applied in order: what is specific to one occurrence becomes a placeholder. */
const replacements: readonly (readonly [RegExp, string])[] = [
  // eslint-disable-next-line no-control-regex -- ANSI colours begin with the escape character
  [/\u001b\[[0-9;]*[A-Za-z]/g, ""],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>)]+/g, "<url>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "<id>"],
  [/\b\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?/g, "<time>"],
  [/\b\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[ap]m)?\b/g, "<time>"],
  [/(?:[a-z]:)?(?:[\w.@~-]*[\\/])+[\w.@~-]+/g, "<path>"],
  [/\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)[0-9a-f]{7,}\b/g, "<hex>"],
  [/\d+(?:[.,]\d+)*/g, "<n>"],
  [/\s+/g, " "],
];

/**
 * What two occurrences of the same failure have in common: the code and the message without numbers, hex, paths, URLs and
 * times. `ENOENT: /tmp/a1/x.ts:3` and `ENOENT: /srv/b/y.ts:71` give the same signature. Stable over time: it is stored.
 */
export function failureSignature(failure: { readonly code: ErrorCode; readonly message: string }): string {
  const text = replacements.reduce(
    (message, [pattern, placeholder]) => message.replace(pattern, placeholder),
    failure.message.toLowerCase(),
  );
  return `${failure.code}: ${text.trim().slice(0, maxLength)}`;
}
