import { partOf } from "./compose-prompt.ts";
import { keptNotes, noteParts } from "./note-parts.ts";
import type { PromptRequest } from "./prompt-request.ts";

export type ManagerPromptFacts = {
  readonly goal: string;
  /** Paths of the repository at the base commit, perhaps cut. */
  readonly files: readonly string[];
  readonly fileCount: number;
  readonly gates: readonly { readonly name: string; readonly run: string }[];
  readonly workers: number;
  /** What was learned about the repository. */
  readonly notes: readonly string[];
  /** Why the plan before was refused. */
  readonly problem?: string;
};

const filesPriority = 50;

/** Asks the manager for a plan as structured output. */
export const managerRequest = (facts: ManagerPromptFacts): PromptRequest => ({
  kind: "manager",
  head: { role: "manager" },
  parts: [
    ...partOf("goal", "required", facts.goal),
    ...partOf("files", filesPriority, facts.files.join("\n")),
    ...partOf("gates", "required", facts.gates.map(({ name, run }) => `${name}: ${run}`).join("\n")),
    ...noteParts(facts.notes),
    ...partOf("problem", "required", facts.problem),
  ],
  variables: (kept) => ({
    goal: facts.goal,
    files: kept.has("files") ? wholeLines(kept.text("files"), facts.files) : [],
    fileCount: facts.fileCount,
    gates: facts.gates,
    workers: facts.workers,
    notes: keptNotes(facts.notes, kept),
    problem: facts.problem ?? "",
  }),
});

/** Half a path names another file. */
const wholeLines = (text: string, lines: readonly string[]): readonly string[] =>
  lines.slice(0, text === lines.join("\n") ? lines.length : text.split("\n").length - 1);
