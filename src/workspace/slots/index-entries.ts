import { createHash } from "node:crypto";
import type { Repository } from "../repository/repository.ts";

export type IndexEntries = {
  /** Path, mode, object and flags of every entry. Two indexes with the same ones stage the same. */
  readonly staged: Buffer;
  /** When the youngest of the files was written, as the index remembers it: whole seconds since the Unix epoch. */
  readonly youngestFileS: number;
};

const headerBytes = 12;
/** What of an entry comes before the object's name: times, device, inode, mode, owner, size. */
const [mtimeAt, modeAt, modeBytes, objectAt] = [8, 24, 4, 40];
const isExtended = 0x4000;
/** Extensions that only remember what can be found out again. Others may hold work: what was replaced in a conflict, say. */
const caches: ReadonlySet<string> = new Set(["TREE", "UNTR", "FSMN", "EOIE", "IEOT"]);

/**
 * Reads an index file of git. Source: `gitformat-index(5)`.
 * @returns `undefined` for one that is broken, may hold more than its entries, or is of a version without whole paths
 */
export function indexEntries(
  index: Buffer,
  { objectFormat }: Pick<Repository, "objectFormat">,
): IndexEntries | undefined {
  const objectBytes = objectFormat === "sha256" ? 32 : 20;
  const end = index.length - objectBytes;
  if (end < headerBytes || index.toString("latin1", 0, 4) !== "DIRC") return undefined;
  if (!isWhole(index, end, objectFormat)) return undefined;
  if (![2, 3].includes(index.readUInt32BE(4))) return undefined;
  const parts: Buffer[] = [];
  let at = headerBytes;
  let youngestFileS = 0;
  for (let left = index.readUInt32BE(8); left > 0; left -= 1) {
    const flagsAt = at + objectAt + objectBytes;
    if (flagsAt + 2 > end) return undefined;
    const nameAt = flagsAt + ((index.readUInt16BE(flagsAt) & isExtended) === 0 ? 2 : 4);
    const nameEnd = index.indexOf(0, nameAt);
    if (nameEnd < 0 || nameEnd >= end) return undefined;
    parts.push(index.subarray(at + modeAt, at + modeAt + modeBytes), index.subarray(at + objectAt, nameEnd + 1));
    youngestFileS = Math.max(youngestFileS, index.readUInt32BE(at + mtimeAt));
    // At least one zero, up to a multiple of eight.
    at += (nameEnd - at + 8) & ~7;
  }
  return hasOnlyCaches(index, at, end) ? { staged: Buffer.concat(parts), youngestFileS } : undefined;
}

/** Its end is the digest of the rest, or zeros under `index.skipHash`. */
function isWhole(index: Buffer, end: number, algorithm: Repository["objectFormat"]): boolean {
  const trailer = index.subarray(end);
  return (
    trailer.every((byte) => byte === 0) || createHash(algorithm).update(index.subarray(0, end)).digest().equals(trailer)
  );
}

function hasOnlyCaches(index: Buffer, from: number, end: number): boolean {
  let at = from;
  while (at + 8 <= end && caches.has(index.toString("latin1", at, at + 4))) at += 8 + index.readUInt32BE(at + 4);
  return at === end;
}
