import { redactedMark } from "./port.ts";

const foot = /-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----/;
const lineBreak = /(\r?\n|\\+r\\+n|\\+n)/;
/** A line of a key; in a patch or a quotation something stands before it. */
const keyLine = /^[-+> |\t]*[A-Za-z0-9+/=]{16,}\s*$/;

/** Private keys of which only the end is there, because the text was cut: the lines before the foot. */
export function withoutHeadlessKeys(text: string): string {
  if (!text.includes("PRIVATE KEY") || !foot.test(text)) return text;
  // Lines and what stands between them, alternately.
  const parts = text.split(lineBreak);
  for (let at = parts.length - 1; at >= 0; at -= 2) if (foot.test(parts[at] ?? "")) hideBefore(parts, at);
  return parts.join("");
}

function hideBefore(parts: string[], at: number): void {
  let first = at;
  while (first >= 2 && keyLine.test(parts[first - 2] ?? "")) first -= 2;
  for (let line = first; line < at; line += 2) parts[line] = redactedMark;
  parts[at] = (parts[at] ?? "").replace(foot, redactedMark);
}
