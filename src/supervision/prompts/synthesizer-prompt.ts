import { partOf } from "./compose-prompt.ts";
import type { PromptRequest } from "./prompt-request.ts";

export type SynthesizerPromptFacts = {
  readonly goal: string;
  /** What the caller wants to know. */
  readonly question: string;
  /** All results, written out. */
  readonly results: string;
};

/** Asks the manager for one text from many results, beside the merged tree. */
export const synthesizerRequest = ({ goal, question, results }: SynthesizerPromptFacts): PromptRequest => ({
  kind: "synthesizer",
  head: { role: "synthesizer" },
  parts: [
    ...partOf("goal", "required", goal),
    ...partOf("question", "required", question),
    // An answer about results that were left out would be wrong without anybody knowing.
    ...partOf("results", "required", results),
  ],
  variables: () => ({ goal, question, results }),
});
