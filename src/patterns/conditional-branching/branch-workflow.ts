import { z } from "zod";

import type { WorkflowFlow } from "../../workflow/flow.ts";
import { workflow } from "../../workflow/workflow.ts";
import { doWork, nameOption, plainAgentWork } from "../port.ts";
import { branch } from "./branch.ts";

const route = plainAgentWork.extend({
  /** What the choice means, for the agent that decides. */
  when: z.string().trim().min(1),
});

const defaultRoutes: Readonly<Record<string, z.input<typeof route>>> = {
  critical: {
    when: "Something is broken, loses data or stops users",
    agent: "bug-fixer",
    prompt: "Critical issues were found. Fix them.",
  },
  security: {
    when: "Nothing is broken, but something can be misused",
    agent: "security-auditor",
    access: "read",
    prompt: "Security issues were found. Analyze them: how each can be used, how bad it is, how to mend it.",
  },
  minor: {
    when: "Neither",
    agent: "code-reviewer",
    access: "read",
    prompt: "There are only minor issues. Suggest what to improve.",
  },
};

/** Conditional branching, ready to be run: mends, audits or reviews, by what an analysis finds. */
export const branchWorkflow = workflow(
  "branch",
  {
    description:
      "One path of several, as an agent decides: fixes what is critical, audits what is insecure, else reviews",
    pattern: "conditional-branching",
    input: z.strictObject({
      /** What it is all about. */
      goal: z.string().trim().min(1).exactOptional(),
      decide: plainAgentWork.default({
        agent: "analyzer",
        access: "read",
        prompt: "Analyze the present state of this repository and identify its issues.",
      }),
      routes: z
        .record(nameOption, route)
        .refine((routes) => Object.keys(routes).length > 1, "must be at least two")
        .default(() => ({ ...defaultRoutes })),
      minConfidence: z.number().min(0).max(1).exactOptional(),
      whenUnsure: z.enum(["ask", "fail"]).exactOptional(),
    }),
    output: z.object({
      choice: z.string(),
      reason: z.string(),
      confidence: z.number().optional(),
      result: z.unknown(),
    }),
  },
  async (flow, { goal, decide, routes, ...rest }) => {
    const labels = Object.entries(routes);
    const { decision, value } = await branch(flow, {
      ...rest,
      ...(goal === undefined ? {} : { input: { goal } }),
      decide: { ...decide, choices: Object.fromEntries(labels.map(([label, { when }]) => [label, when])) },
      paths: Object.fromEntries(labels.map(([label, { when: _when, ...work }]) => [label, alongRoute(label, work)])),
    });
    const { choice, reason, confidence } = decision;
    return { choice, reason, ...(confidence === undefined ? {} : { confidence }), result: value };
  },
);

const alongRoute =
  (name: string, work: z.output<typeof plainAgentWork>) =>
  (flow: WorkflowFlow, { reason }: { readonly reason: string }) =>
    doWork(flow, { name, ...work }, { forwarded: `Why this was chosen:\n${reason}` });
