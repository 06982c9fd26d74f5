import { closeSync, constants, openSync, readlinkSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import type { XXHashAPI } from "xxhash-wasm";

/** Read in one go, without leaving the thread: a worker thread's round trip would cost more than such a file. */
const smallBytes = 256 * 1024;
const chunkBytes = 1024 * 1024;
/** Whatever stands there by now (a pipe, a link to elsewhere) must neither block nor lead astray. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export type HashedFile = { readonly absolutePath: string; readonly size: number; readonly isLink: boolean };

/** xxHash64 of files, for comparing and not for security. */
export class ContentHasher {
  readonly #maxBytes: number;
  readonly #buffer = Buffer.allocUnsafe(smallBytes + 1);
  #api: Promise<XXHashAPI> | undefined;

  /** @param maxBytes - of larger files there is no hash */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns null for a file that can't be read any more, or is too large */
  async hash({ absolutePath, size, isLink }: HashedFile): Promise<string | null> {
    if (size > this.#maxBytes) return null;
    const api = await this.#loaded();
    try {
      if (isLink) return hex(api.h64Raw(Buffer.from(readlinkSync(absolutePath))));
      return size <= smallBytes ? this.#hashSmall(api, absolutePath) : await this.#hashLarge(api, absolutePath);
    } catch (thrown) {
      if (isGoneOrClosed(thrown)) return null;
      throw thrown;
    }
  }

  #loaded(): Promise<XXHashAPI> {
    this.#api ??= import("xxhash-wasm").then((module) => module.default());
    return this.#api;
  }

  #hashSmall(api: XXHashAPI, path: string): string | null {
    const file = openSync(path, openFlags);
    try {
      let length = 0;
      for (;;) {
        const read = readSync(file, this.#buffer, length, this.#buffer.length - length, null);
        length += read;
        // It has grown meanwhile, and will be looked at again.
        if (length > smallBytes) return null;
        if (read === 0) return hex(api.h64Raw(this.#buffer.subarray(0, length)));
      }
    } finally {
      closeSync(file);
    }
  }

  async #hashLarge(api: XXHashAPI, path: string): Promise<string | null> {
    const file = await open(path, openFlags);
    try {
      const digest = api.create64();
      const chunk = Buffer.allocUnsafe(chunkBytes);
      for (let total = 0; total <= this.#maxBytes;) {
        const { bytesRead } = await file.read(chunk, 0, chunkBytes);
        if (bytesRead === 0) return hex(digest.digest());
        digest.update(chunk.subarray(0, bytesRead));
        total += bytesRead;
      }
      return null;
    } finally {
      await file.close();
    }
  }
}

const hex = (value: bigint): string => value.toString(16).padStart(16, "0");

/** What may become of a file between a look at it and its reading. */
const expected = new Set([
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "ELOOP",
  "EACCES",
  "EPERM",
  "EINVAL",
  "ENXIO",
  "EAGAIN",
  "ENODEV",
]);

const isGoneOrClosed = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" && expected.has(thrown.code);
