import { joinSections, promptHead, section } from "./prompt-head.ts";

export type ManagerPromptFacts = {
  readonly goal: string;
  /** Paths of the repository at the base commit, perhaps cut. */
  readonly files: readonly string[];
  readonly fileCount: number;
  readonly gates: readonly { readonly name: string; readonly run: string }[];
  readonly workers: number;
  /** Why the plan before was refused. */
  readonly problem?: string;
};

/** Asks the manager for a plan as structured output. */
export function managerPrompt(facts: ManagerPromptFacts): string {
  const shown = facts.files.length;
  const heading = shown < facts.fileCount ? `Files (${shown} of ${facts.fileCount})` : "Files";
  return joinSections(
    promptHead({ role: "manager" }),
    "You plan work on the repository in your current directory. You read it and change nothing. " +
      `Up to ${facts.workers} agents carry out your tasks side by side, each in its own copy of the repository, ` +
      "seeing only the repository and the text of its own task.",
    section("The goal", facts.goal),
    section(heading, facts.files),
    section(
      "Commands that judge every result",
      facts.gates.map((gate) => `${gate.name}: \`${gate.run}\``),
    ),
    section("A good plan", [
      "Read what you need of the repository before you plan.",
      "Each task is one coherent change that one agent can finish and that leaves the repository working.",
      "A task's prompt stands alone: it names the files, the behaviour wanted and how to check it.",
      "dependsOn only where the work really needs the other task's result; everything else runs at once.",
      "Two tasks that change the same lines will conflict: merge them or order them.",
      "expectedOutputs names the files that must exist afterwards; leave it empty where none is certain.",
      "As few tasks as the goal needs. One is a good plan for a small goal.",
    ]),
    section("Your last plan was refused", facts.problem),
    "Answer with the plan.",
  );
}
