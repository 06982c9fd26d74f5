import { joinSections, promptHead, section } from "./prompt-head.ts";

export type SynthesizerPromptFacts = {
  readonly goal: string;
  /** What the caller wants to know. */
  readonly question: string;
  /** All results, written out. */
  readonly results: string;
};

/** Asks the manager for one text from many results, beside the merged tree. */
export function synthesizerPrompt({ goal, question, results }: SynthesizerPromptFacts): string {
  return joinSections(
    promptHead({ role: "synthesizer" }),
    "The tasks below were carried out by other agents. Your current directory holds the merged result. " +
      "You read it and change nothing.",
    section("The goal", goal),
    section("What is asked of you", question),
    results,
    "Answer with the text that was asked for, and nothing else. Name what failed; claim nothing that you did not see.",
  );
}
