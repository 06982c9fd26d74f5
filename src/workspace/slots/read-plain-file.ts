import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";

/** A pipe that an agent left must not be waited for. */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The content of a file in a place where an agent writes.
 * @param isLinkFollowed - default `false`: a symbolic link is no file
 * @returns `undefined` for whatever is no regular file: absent, a folder, a pipe, a device
 */
export async function readPlainFile(path: string, isLinkFollowed = false): Promise<Buffer | undefined> {
  const file = await open(path, openFlags | (isLinkFollowed ? 0 : constants.O_NOFOLLOW)).catch(ifNoFile);
  try {
    return (await file?.stat())?.isFile() === true ? await file?.readFile() : undefined;
  } finally {
    await file?.close();
  }
}

/** Whether a folder stands there itself, and no link to one elsewhere. */
export const isOwnFolder = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(ifNoFile))?.isDirectory() === true;

/** ELOOP: a link; ENXIO: a socket. */
const expected: readonly unknown[] = ["ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENXIO"];

function ifNoFile(thrown: unknown): undefined {
  if (thrown instanceof Error && "code" in thrown && expected.includes(thrown.code)) return undefined;
  throw thrown;
}
