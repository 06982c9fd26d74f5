/**
 * Whether two globs may name the same file. A name stands for a file, and for everything below it when it is a folder; `**` is
 * any number of folders, `*` and `?` stay within one. Other special forms (braces, classes, negation) count as "anything
 * here": a pair that could meet is never taken for one that can't.
 */
export function pathsOverlap(one: string, other: string): boolean {
  return one === other || meet(segmentsOf(one), segmentsOf(other));
}

const anyFolders = "**";

function segmentsOf(glob: string): readonly string[] {
  const clean = glob.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
  if (clean.startsWith("!")) return [anyFolders];
  const special = clean.search(/[{(]/);
  // Alternatives may hold slashes, so that nothing after the first of them is sure.
  const sure = special === -1 ? clean : clean.slice(0, clean.lastIndexOf("/", special) + 1);
  const segments = sure.split("/").filter((segment) => segment !== "");
  return [...segments.map(simplified), ...(special === -1 ? [] : [anyFolders])];
}

const simplified = (segment: string): string =>
  segment !== anyFolders && /[[\]\\!+@]|\*\*/.test(segment) ? "*" : segment;

/** Where one has ended, it names a folder that the other looks into. */
function meet(one: readonly string[], other: readonly string[]): boolean {
  const [head, ...rest] = one;
  const [otherHead, ...otherRest] = other;
  if (head === undefined || otherHead === undefined) return true;
  if (head === anyFolders) return meet(rest, other) || meet(one, otherRest);
  if (otherHead === anyFolders) return meet(one, otherRest) || meet(rest, other);
  return namesMeet(head, otherHead) && meet(rest, otherRest);
}

/** By table, from the ends to the beginnings: trying all ways would take for ever with many stars on both sides. */
function namesMeet(one: string, other: string): boolean {
  let below = Array.from({ length: other.length + 1 }, (_, j) => isStars(other.slice(j)));
  for (let i = one.length - 1; i >= 0; i -= 1) {
    const row = Array.from({ length: other.length + 1 }, () => false);
    row[other.length] = isStars(one.slice(i));
    for (let j = other.length - 1; j >= 0; j -= 1) {
      const [a, b] = [one[i], other[j]];
      const isSkipped = (a === "*" || b === "*") && (below[j] === true || row[j + 1] === true);
      const isSame = a === b || a === "?" || b === "?" || a === "*" || b === "*";
      row[j] = isSkipped || (isSame && below[j + 1] === true);
    }
    below = row;
  }
  return below[0] === true;
}

const isStars = (rest: string): boolean => /^\**$/.test(rest);

/** The same answers, remembered: a schedule asks about the same pairs at every look. */
export class KnownOverlaps {
  readonly #known = new Map<string, Map<string, boolean>>();
  #size = 0;

  overlap(one: string, other: string): boolean {
    const ofOne = this.#known.get(one) ?? new Map<string, boolean>();
    const known = ofOne.get(other);
    if (known !== undefined) return known;
    if (this.#size >= mostPairs) this.#forget();
    const answer = pathsOverlap(one, other);
    this.#known.set(one, ofOne.set(other, answer));
    this.#size += 1;
    return answer;
  }

  #forget(): void {
    this.#known.clear();
    this.#size = 0;
  }
}

const mostPairs = 100_000;
