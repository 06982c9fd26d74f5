import type { Group } from "./contender.ts";

export type PartOptions = {
  /** Fewer and smaller rounds: to see that everything works. */
  readonly isQuick: boolean;
  readonly say: (line: string) => void;
};

export type PartResult = {
  readonly groups: readonly Group[];
  /** Tables of another form, in Markdown, after the groups. */
  readonly blocks?: readonly string[];
  /** Product to version. */
  readonly versions: Readonly<Record<string, string>>;
  /** What a reader must know to read the tables, one sentence or more each. */
  readonly notes: readonly string[];
};

export type Part = {
  readonly title: string;
  readonly run: (options: PartOptions) => Promise<PartResult>;
};
