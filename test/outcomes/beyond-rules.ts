/**
 * Bad outcomes that the rules accept, and why no rule tells them: each is well formed, inside its footprint and plausible, and what
 * is wrong is what the program means. A gate that measures it, a reviewer, or a person finds them.
 */
export const beyondRules: Readonly<Record<string, string>> = {
  "mutex-on-one-side": "which fields a lock guards is known to the program, and to a race detector",
  "retry-of-one-round": "that a loop runs once is known by running it with a failure",
  "zone-cut-off-instead-of-converted": "the task's test covers only the case that was right before",
  "staging-only": "which files a word such as production stands for is known to people",
  "seven-of-twelve-months": "how many there have to be is said in words",
  "only-one-key-hidden": "the task's test covers only the part that was done",
  "translated-headings": "in which language a text is takes a reader",
  "flagged-instead-of-erased": "that a mark is no erasure takes a reader of the task",
  "same-loop-in-a-helper": "how long it takes is known by measuring",
  "flags-that-do-not-exist": "whether a document is true takes a reader of both",
  "five-is-five-hundred-percent": "what a number means is known to who knows its unit",
};
