import { z } from "zod";

import { workflow } from "../../workflow/workflow.ts";
import { agentFields, plainAgentWork } from "../port.ts";
import { refine } from "./refine.ts";

const commandGate = z.strictObject({
  command: z.union([z.string().min(1), z.array(z.string()).min(1)]),
  timeoutMs: z.number().int().positive().exactOptional(),
});

const reviewer = z.strictObject({ ...agentFields, rubric: z.string().trim().min(1) });

/** Iterative refinement, ready to be run: builds, reviews, improves. */
export const refineWorkflow = workflow(
  "refine",
  {
    description:
      "Tries that are judged until one is good enough: an agent builds, another one reviews, or a command tests",
    pattern: "iterative-refinement",
    input: z.strictObject({
      /** What it is all about. */
      goal: z.string().trim().min(1),
      produce: plainAgentWork.default({
        agent: "builder",
        prompt: "Implement the goal; where there is a solution already, improve it by the feedback.",
      }),
      evaluate: z.union([commandGate, reviewer]).default({
        agent: "code-reviewer",
        access: "read",
        rubric: "Is the goal met, and is the solution correct, tested, simple and readable?",
      }),
      threshold: z.number().min(0).max(1).exactOptional(),
      maxIterations: z.number().int().min(1).max(100).exactOptional(),
      plateau: z
        .strictObject({
          iterations: z.number().int().min(1).exactOptional(),
          minGain: z.number().min(0).max(1).exactOptional(),
        })
        .exactOptional(),
      restore: z.strictObject({ paths: z.array(z.string().min(1)).min(1) }).exactOptional(),
    }),
    output: z.object({
      status: z.enum(["reached", "plateau", "max-iterations"]),
      best: z.string(),
      bestIteration: z.number(),
      score: z.number(),
      iterations: z.array(
        z.object({
          iteration: z.number(),
          score: z.number(),
          feedback: z.string().exactOptional(),
          commit: z.string().exactOptional(),
        }),
      ),
      files: z.enum(["best", "restored", "kept"]),
    }),
  },
  async (flow, { goal, ...options }) => {
    const { iterations, ...ended } = await refine(flow, { ...options, input: { goal } });
    return { ...ended, iterations: [...iterations] };
  },
);
