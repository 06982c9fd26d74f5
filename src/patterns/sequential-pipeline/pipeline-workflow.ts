import { z } from "zod";

import { workflow } from "../../workflow/workflow.ts";
import { plainNamedWorks } from "../port.ts";
import { sequentialPipeline } from "./sequential-pipeline.ts";

const defaultStages: z.input<typeof plainNamedWorks> = [
  {
    name: "analyze",
    agent: "analyzer",
    access: "read",
    prompt: "Analyze the requirements and the code that is there: what has to change, and what must not.",
  },
  { name: "design", agent: "designer", access: "read", prompt: "Design the solution, based on the analysis." },
  { name: "build", agent: "builder", prompt: "Implement the design." },
  { name: "test", agent: "tester", prompt: "Test what was built: write the tests that are missing, and run them all." },
];

/** The sequential pipeline, ready to be run: analyze, design, build, test, or stages of the input. */
export const pipelineWorkflow = workflow(
  "pipeline",
  {
    description: "Stages one after the other, each with the results before it: analyze, design, build, test",
    pattern: "sequential-pipeline",
    input: z.strictObject({
      /** What it is all about. */
      goal: z.string().trim().min(1),
      stages: plainNamedWorks.default(() => [...defaultStages]),
    }),
    output: z.object({ results: z.record(z.string(), z.string()), last: z.string() }),
  },
  async (flow, { goal, stages }) => {
    const { results, last } = await sequentialPipeline(flow, { stages, input: { goal } });
    return { results, last };
  },
);
