/** One file of an attempt's change, as far as it could be read as text. */
export type ChangedFile = {
  /** Repository path. */
  readonly path: string;
  readonly status: "added" | "modified" | "deleted";
  readonly kind: "file" | "executable" | "symlink" | "submodule";
  readonly isBinary: boolean;
  /** Of what it is now; 0 for deleted ones. */
  readonly sizeBytes: number;
  /** Absent where the file is no text, or too large to be looked into. */
  readonly text?: ChangedText;
};

export type ChangedText = {
  /** Whole file before and after; empty where there was none. */
  readonly before: string;
  readonly after: string;
  /** In the order of the file. */
  readonly added: readonly AddedLine[];
  readonly removed: readonly string[];
};

/** `number`: 1-based, in the file as it is now. */
export type AddedLine = { readonly number: number; readonly text: string };

/** What an attempt was asked for and what it did: all that the rules of the quality control look at. */
export type JudgedWork = {
  readonly task: {
    readonly title: string;
    readonly prompt: string;
    readonly acceptance: readonly string[];
    readonly expectedOutputs: readonly string[];
    /** Files that are there to be read. */
    readonly contextFiles: readonly string[];
  };
  readonly changes: readonly ChangedFile[];
  /** Tests that the task or a gate names, as they are now, also where they were not changed. */
  readonly tests?: readonly { readonly path: string; readonly text: string }[];
  /** The agent's last words. */
  readonly agentText: string;
  /** Shell commands that judge the task. */
  readonly gateCommands: readonly string[];
};

/** Everything that a person wrote about the task, in one text. */
export const wordsOf = ({ task }: JudgedWork): string => [task.title, task.prompt, ...task.acceptance].join("\n");

/**
 * Longer lines are minified code and data. Rules see their beginning: some need time that grows with the square of a line. One more
 * than the rules that leave such lines alone allow, so that they still do.
 */
const longestLine = 4_001;

export const addedOf = ({ text }: ChangedFile): readonly AddedLine[] => {
  const added = text?.added ?? [];
  if (added.every((line) => line.text.length <= longestLine)) return added;
  return added.map((line) => ({ ...line, text: line.text.slice(0, longestLine) }));
};

export const removedOf = ({ text }: ChangedFile): readonly string[] =>
  (text?.removed ?? []).map((line) => (line.length <= longestLine ? line : line.slice(0, longestLine)));
