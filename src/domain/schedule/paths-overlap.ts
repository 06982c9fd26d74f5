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

function namesMeet(one: string, other: string): boolean {
  if (one === "" && other === "") return true;
  if (one.startsWith("*")) return namesMeet(one.slice(1), other) || (other !== "" && namesMeet(one, other.slice(1)));
  if (other.startsWith("*")) return namesMeet(other, one);
  if (one === "" || other === "") return false;
  const isSame = one[0] === other[0] || one[0] === "?" || other[0] === "?";
  return isSame && namesMeet(one.slice(1), other.slice(1));
}
