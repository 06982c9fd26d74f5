/** Rather too few: a prompt that is too long is not sent at all. */
export const charactersPerToken = 3;

/** Beyond ASCII a character may be a token of its own: it takes the room of so many others. */
const widthAt = (text: string, at: number): number => (text.charCodeAt(at) < 128 ? 1 : charactersPerToken);

/** The room that a text takes, in characters of ASCII. */
export function widthOf(text: string): number {
  let width = 0;
  for (let at = 0; at < text.length; at += 1) width += widthAt(text, at);
  return width;
}

/** As much of its beginning as there is room for; no character is cut in two. */
export function beginningOf(text: string, room: number): string {
  let left = room;
  for (let at = 0; at < text.length; at += 1) {
    left -= widthAt(text, at);
    if (left < 0) return text.slice(0, isLowSurrogate(text, at) ? at - 1 : at);
  }
  return text;
}

const isLowSurrogate = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
