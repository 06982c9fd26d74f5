import { isUtf8 } from "node:buffer";

/** Where the 128 bytes that may be no UTF-8 are put: half of a pair each, which no well-formed text holds. As Python's PEP 383. */
const escapes = 0xdc00;

/**
 * Bytes as text that `exactBytes` makes the same bytes again: file names need not be UTF-8. For the use of git and the file system
 * only: what is stored, shown or sent takes `toWellFormed()` first.
 */
export function exactText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  let text = "";
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += bytes.toString("utf8", from, at) + String.fromCharCode(escapes + (bytes[at] ?? 0));
      from = at + 1;
    }
    at += Math.max(1, length);
  }
  return text + bytes.toString("utf8", from);
}

/** Of the character that begins there; 0 when none does. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = [0xf0, 0xe0, 0xc0].findIndex((lead) => first >= lead);
  const sequence = bytes.subarray(at, at + 4 - length);
  return length >= 0 && isUtf8(sequence) ? sequence.length : 0;
}

/** What git and the file system are given for a text of `exactText`. */
export function exactBytes(text: string): string | Buffer {
  if (text.isWellFormed()) return text;
  const parts = text.split(/([\uDC80-\uDCFF])/).map((part) => {
    const code = part.charCodeAt(0);
    return part.length === 1 && code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - escapes]) : Buffer.from(part);
  });
  return Buffer.concat(parts);
}
