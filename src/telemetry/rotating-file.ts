import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export type RotatingFileOptions = {
  /** Absolute path. The older ones beside it end in `.1` (newest) to `.<maxFiles - 1>`. */
  readonly file: string;
  /** Default 10 MB. */
  readonly maxBytes?: number;
  /** With the one being written. Default 5. */
  readonly maxFiles?: number;
};

const defaultMaxBytes = 10_000_000;
const defaultMaxFiles = 5;

/**
 * A file that one process appends lines to and that never grows past its limit, also not in a burst: every write is
 * synchronous and asks first whether the line still fits. Only a single line that is longer than the limit makes a
 * longer file. What was written survives the death of the process.
 */
export class RotatingFile {
  readonly #file: string;
  readonly #maxBytes: number;
  readonly #maxFiles: number;
  #descriptor: number | undefined;
  #size = 0;

  /** @throws the file system's error when the file can't be opened */
  constructor({ file, maxBytes = defaultMaxBytes, maxFiles = defaultMaxFiles }: RotatingFileOptions) {
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.#maxFiles = maxFiles;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#open();
  }

  /** @throws the file system's error; the next write tries again */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#size > 0 && this.#size + bytes.length > this.#maxBytes) this.#rotate();
    const descriptor = this.#descriptor ?? this.#open();
    for (let written = 0; written < bytes.length;) {
      const count = writeSync(descriptor, bytes, written);
      written += count;
      this.#size += count;
    }
  }

  /** Idempotent. A later write opens the file again. */
  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number {
    const descriptor = openSync(this.#file, "a", 0o600);
    this.#descriptor = descriptor;
    this.#size = fstatSync(descriptor).size;
    return descriptor;
  }

  #rotate(): void {
    this.close();
    if (this.#maxFiles <= 1) rmSync(this.#file, { force: true });
    for (let age = this.#maxFiles - 1; age >= 1; age--) renameIfThere(this.#aged(age - 1), this.#aged(age));
    this.#open();
  }

  #aged(age: number): string {
    return age === 0 ? this.#file : `${this.#file}.${age}`;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT")) throw thrown;
  }
}
