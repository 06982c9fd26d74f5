/** Checks of what the agent said, which a settings file may switch off. */
const answerRules = {
  "truncated-answer":
    "the answer was cut off: by the model's limit, in an open code block, or in the middle of a sentence",
  "error-as-answer": "the last words are an error of the model's server, of the agent's program or of a tool",
  "refusal-instead-of-work": "the agent says that it can't or won't do it",
  "unfinished-work": "the agent says itself that a part is missing, or announces work that it did not do",
  "question-instead-of-work": "the agent waits for an answer before it goes on",
  "result-invalid": "the structured result is missing or is not what its schema asks for",
  "claim-false":
    "the agent says, in words or in its structured result, that it made, changed or deleted a file, or added tests, and did not",
} as const;

export type AnswerRule = keyof typeof answerRules;

export const answerRuleNames: readonly AnswerRule[] = [
  "truncated-answer",
  "error-as-answer",
  "refusal-instead-of-work",
  "unfinished-work",
  "question-instead-of-work",
  "result-invalid",
  "claim-false",
];
