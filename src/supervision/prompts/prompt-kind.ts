/** What a prompt is for; its template is `<kind>.md.j2`. */
export const promptKinds = [
  "manager",
  "worker",
  "fork",
  "retry",
  "clarification",
  "continuation",
  "resolver",
  "reviewer",
  "synthesizer",
] as const;

export type PromptKind = (typeof promptKinds)[number];

/** For people: when each of them is sent. */
export const promptPurposes: Readonly<Record<PromptKind, string>> = {
  manager: "asks the manager for the plan",
  worker: "begins a task",
  fork: "begins a task in a fork of another task's conversation",
  retry: "goes on with a task whose work was not accepted",
  clarification: "answers a question that the agent asked instead of working",
  continuation: "stands before the prompt of a conversation that was cut short",
  resolver: "asks for the settlement of a merge conflict",
  reviewer: "asks the manager for the review at the end",
  synthesizer: "asks the manager for one text from many results",
};

export const templateName = (stem: string): string => `${stem}.md.j2`;
