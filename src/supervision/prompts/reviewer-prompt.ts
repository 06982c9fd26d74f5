import { partOf } from "./compose-prompt.ts";
import type { PromptRequest } from "./prompt-request.ts";

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

const priorities = { plan: 80, tasks: 70 } as const;

/** Asks the manager for its judgement of the whole, on the merged tree. */
export const reviewerRequest = ({ goal, planSummary, tasks, baseCommit }: ReviewerPromptFacts): PromptRequest => ({
  kind: "reviewer",
  head: { role: "reviewer" },
  parts: [
    ...partOf("goal", "required", goal),
    ...partOf("plan", priorities.plan, planSummary),
    ...tasks.map(({ key, title, status, evidence }) => ({
      name: `tasks/${key}`,
      priority: priorities.tasks,
      text: `${key} (${title}): ${status}. ${evidence}`,
    })),
  ],
  variables: (kept) => ({
    goal,
    plan: kept.text("plan"),
    tasks: tasks.filter(({ key }) => kept.has(`tasks/${key}`)),
    baseCommit,
  }),
});
