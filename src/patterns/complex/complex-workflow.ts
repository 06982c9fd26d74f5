import { z } from "zod";

import type { WorkflowFlow } from "../../workflow/flow.ts";
import { workflow } from "../../workflow/workflow.ts";
import { branch } from "../conditional-branching/branch.ts";
import { fanOut } from "../fan-out/fan-out.ts";
import { refine } from "../iterative-refinement/refine.ts";
import { nameOption } from "../port.ts";
import { sequentialPipeline } from "../sequential-pipeline/sequential-pipeline.ts";
import { criterionSchema } from "../supervisor/supervise-options.ts";
import { readySupervisor } from "../supervisor/ready-supervisor.ts";

const analysis = z.object({
  needsRefactoring: z.boolean(),
  reason: z.string(),
  /** What to do, for whoever does it. */
  plan: z.string(),
});

type Analysis = z.output<typeof analysis>;

const input = z.strictObject({
  goal: z.string().trim().min(1),
  /** Looked at side by side. */
  modules: z
    .array(nameOption)
    .min(1)
    .refine((modules) => new Set(modules).size === modules.length, "names a module twice")
    .default(["auth", "db", "api"]),
  /** Statements and commands that hold when it is done: the supervisor sees to it. */
  acceptance: z.array(criterionSchema).min(1).default(["The goal is met, and everything that was changed has a test"]),
  /** Of all agents together. */
  maxCostUsd: z.number().positive().exactOptional(),
});

/** Patterns put together: analysis side by side, then refinement or a pipeline by what it found, then a supervisor's review. */
export const complexWorkflow = workflow(
  "complex",
  {
    description:
      "Analyzes modules at once, refactors or enhances by what it finds, and has a supervisor see it through",
    input,
    output: z.object({
      path: z.enum(["refactor", "enhance"]),
      because: z.string(),
      done: z.string(),
      /** Of the supervisor, about the end. */
      review: z.string(),
    }),
  },
  async (flow, { maxCostUsd, ...given }) => {
    const work = () => analyzeActReview(flow, given);
    return maxCostUsd === undefined ? work() : flow.budget({ maxCostUsd }, work);
  },
);

type Task = Omit<z.output<typeof input>, "maxCostUsd">;

async function analyzeActReview(flow: WorkflowFlow, { goal, modules, acceptance }: Task) {
  const found = await analyze(flow, { goal, modules });
  const acted = await branch(flow, {
    decide: () => ({ choice: found.needsRefactoring ? "refactor" : "enhance", reason: found.reason }),
    paths: {
      refactor: (own) => refactor(own, goal, found),
      enhance: (own) => enhance(own, goal, found),
    },
  });
  const { reason } = await flow.call(readySupervisor, {
    goal: `Review what was done for this goal, and see it through: ${goal}`,
    workers: { "bug-fixer": "mending what is wrong", tester: "missing tests", "code-reviewer": "second opinions" },
    acceptance,
    maxRounds: 5,
  });
  return { path: acted.path, because: found.reason, done: acted.value, review: reason };
}

async function analyze(flow: WorkflowFlow, { goal, modules }: Pick<Task, "goal" | "modules">): Promise<Analysis> {
  const { aggregate } = await fanOut(flow, {
    label: "analysis",
    input: { goal },
    branches: modules.map((name) => ({
      name,
      agent: "explorer",
      access: "read" as const,
      prompt: `What is there in the module ${name} that matters for the goal, and what stands in its way?`,
    })),
    failures: "some",
    aggregate: {
      agent: "analyzer",
      access: "read",
      prompt: `Put together what was found out for this goal: ${goal}\nDo the modules have to be refactored before, and what is to be done?`,
      result: analysis,
    },
  });
  return aggregate;
}

async function refactor(flow: WorkflowFlow, goal: string, { plan }: Analysis): Promise<string> {
  const { best } = await refine(flow, {
    input: { goal, plan },
    produce: { agent: "builder", prompt: "Refactor by the plan, so that the goal is met." },
    evaluate: { agent: "code-reviewer", rubric: `Is this goal met, by code that is simple and tested? ${goal}` },
  });
  return best;
}

async function enhance(flow: WorkflowFlow, goal: string, { plan }: Analysis): Promise<string> {
  const { last } = await sequentialPipeline(flow, {
    input: { goal, plan },
    stages: [
      { name: "design", agent: "designer", access: "read", prompt: "Design it, by the plan." },
      { name: "build", agent: "builder", prompt: "Implement the design." },
      { name: "test", agent: "tester", prompt: "Test what was built." },
    ],
  });
  return last;
}
