/** What became of one file. A file that was renamed is one deletion and one addition. */
export type FileChange = {
  readonly kind: "added" | "modified" | "deleted";
  /** Relative to the watched folder, with `/`. */
  readonly path: string;
  /** In bytes; null when the file is gone. */
  readonly size: number | null;
  /** xxHash64 of the content in hexadecimal, of a symbolic link's target; null: gone, unreadable, or larger than is hashed. */
  readonly hash: string | null;
  /** When it was noticed, in milliseconds since the Unix epoch. */
  readonly at: number;
};
