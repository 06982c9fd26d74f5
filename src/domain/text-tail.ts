/** What may stand before the first whole line of a tail. */
const longestPartOfLine = 2_000;

/**
 * The end of a text that comes in pieces. Where something was left out it begins with a whole line or word: half of a secret would
 * be recognized by nobody.
 */
export class TextTail {
  readonly #limit: number;
  #text = "";
  #isCut = false;

  /** @param limit - characters */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(piece: string): void {
    const all = this.#text + piece;
    this.#isCut ||= all.length > this.#limit;
    this.#text = all.slice(-this.#limit);
  }

  text(): string {
    return this.#isCut ? fromWhole(this.#text) : this.#text;
  }
}

/** The end of a whole text, cut likewise. */
export function tailOf(text: string, limit: number): string {
  const tail = new TextTail(limit);
  tail.add(text);
  return tail.text();
}

function fromWhole(text: string): string {
  const beginning = text.slice(0, longestPartOfLine);
  const lineEnd = beginning.indexOf("\n");
  const at = lineEnd >= 0 ? lineEnd : beginning.search(/\s/);
  return at < 0 ? text : text.slice(at + 1);
}
