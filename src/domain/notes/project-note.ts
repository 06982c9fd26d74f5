export type NoteAuthor = "person" | "supervisor";

/** One line of what was learned about a repository: a command, a convention, a trap. */
export type ProjectNote = {
  /** `n1`, `n2`, …: never used again in the project. */
  readonly id: string;
  readonly text: string;
  /** Who said it last. */
  readonly author: NoteAuthor;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly changedAt: number;
};

/** One change of the notes; the version counts them from 1. */
export type NoteChange = {
  readonly version: number;
  readonly at: number;
  readonly action: "added" | "edited" | "removed";
  readonly noteId: string;
  readonly author: NoteAuthor;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** The job that it was learned from. */
  readonly jobId: string | undefined;
};

/** A change that somebody asks for. */
export type NoteEdit =
  | { readonly action: "add"; readonly text: string }
  | { readonly action: "edit"; readonly id: string; readonly text: string }
  | { readonly action: "remove"; readonly id: string };

/** Every prompt carries the notes: they have to stay short. In characters. */
export const noteLimits = { perNote: 300, inAll: 4_000 } as const;

/** A note as it is kept: one line. */
export const noteText = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
