import { partOf } from "./compose-prompt.ts";
import { withoutControls } from "./material.ts";
import { keptNotes, noteParts } from "./note-parts.ts";
import { oneLine } from "./worker-prompt.ts";
import type { PromptRequest } from "./prompt-request.ts";

export type ManagerPromptFacts = {
  readonly goal: string;
  /** Paths of the repository at the base commit, perhaps cut. */
  readonly files: readonly string[];
  readonly fileCount: number;
  readonly gates: readonly { readonly name: string; readonly run: string }[];
  readonly workers: number;
  /** Whom a task may be given to. */
  readonly agents: readonly { readonly name: string; readonly description: string }[];
  /** What was learned about the repository. */
  readonly notes: readonly string[];
  /** Why the plan before was refused. */
  readonly problem?: string;
};

const filesPriority = 50;
/** A plan can do without them. */
const agentsPriority = 40;

const agentLine = ({ name, description }: ManagerPromptFacts["agents"][number]): string =>
  `${name}: ${oneLine(description)}`;

/** Asks the manager for a plan as structured output. */
export const managerRequest = ({ files: paths, ...rest }: ManagerPromptFacts): PromptRequest =>
  requestOf({ ...rest, files: paths.map(withoutControls) });

const requestOf = (facts: ManagerPromptFacts): PromptRequest => ({
  kind: "manager",
  head: { role: "manager" },
  parts: [
    ...partOf("goal", "required", facts.goal),
    ...partOf("files", filesPriority, facts.files.join("\n")),
    ...partOf("gates", "required", facts.gates.map(({ name, run }) => `${name}: ${run}`).join("\n")),
    ...partOf("agents", agentsPriority, facts.agents.map(agentLine).join("\n")),
    ...noteParts(facts.notes),
    ...partOf("problem", "required", facts.problem),
  ],
  variables: (kept) => ({
    goal: facts.goal,
    files: kept.has("files") ? wholeLines(kept.text("files"), facts.files) : [],
    fileCount: facts.fileCount,
    gates: facts.gates,
    workers: facts.workers,
    agents: kept.has("agents") ? wholeLines(kept.text("agents"), facts.agents.map(agentLine)) : [],
    notes: keptNotes(facts.notes, kept),
    problem: facts.problem ?? "",
  }),
});

/** Half a path names another file. */
const wholeLines = (text: string, lines: readonly string[]): readonly string[] =>
  lines.slice(0, text === lines.join("\n") ? lines.length : text.split("\n").length - 1);
