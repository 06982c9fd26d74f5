/** `Key: value` lines at the end of a commit message. Keys are letters, digits and dashes. */
export type Trailers = Readonly<Record<string, string>>;

/** Appends trailers as a paragraph of their own; a value is put on one line. */
export function withTrailers(message: string, trailers: Trailers = {}): string {
  const lines = Object.entries(trailers).map(([key, value]) => `${key}: ${value.replaceAll(/\s+/g, " ").trim()}`);
  return lines.length === 0 ? `${message.trimEnd()}\n` : `${message.trimEnd()}\n\n${lines.join("\n")}\n`;
}

/** Reads the trailers of the last paragraph; a later line wins. */
export function readTrailers(message: string): Trailers {
  const lastParagraph = message.trimEnd().split(/\n\n+/).at(-1) ?? "";
  const pairs = lastParagraph.split("\n").map((line) => /^([A-Za-z0-9-]+): (.*)$/.exec(line));
  return Object.fromEntries(
    pairs.flatMap((match) => (match?.[1] === undefined || match[2] === undefined ? [] : [[match[1], match[2]]])),
  );
}
