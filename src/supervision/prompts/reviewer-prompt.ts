import { joinSections, promptHead, section } from "./prompt-head.ts";

export type ReviewerPromptFacts = {
  readonly goal: string;
  readonly planSummary: string;
  readonly tasks: readonly {
    readonly key: string;
    readonly title: string;
    readonly status: string;
    /** Diff stat and gates, or the reason of the failure. */
    readonly evidence: string;
  }[];
  readonly baseCommit: string;
};

/** Asks the manager for its judgement of the whole, on the merged tree. */
export function reviewerPrompt(facts: ReviewerPromptFacts): string {
  return joinSections(
    promptHead({ role: "reviewer" }),
    "The tasks below were carried out by other agents. Your current directory holds the merged result. " +
      "You read it and change nothing.",
    section("The goal", facts.goal),
    section("The plan", facts.planSummary),
    section(
      "The tasks",
      facts.tasks.map((task) => `${task.key} (${task.title}): ${task.status}. ${task.evidence}`),
    ),
    section("Judge", [
      "Does the merged result reach the goal? Look at the files, don't trust the summaries.",
      "What is missing, wrong or risky? Only what you saw.",
      "What should the person do next?",
    ]),
    `The work started from commit ${facts.baseCommit}. Answer with your review.`,
  );
}
