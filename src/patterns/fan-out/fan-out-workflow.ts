import { z } from "zod";

import { workflow } from "../../workflow/workflow.ts";
import { failureFacts, plainAgentWork, plainNamedWorks } from "../port.ts";
import { fanOut } from "./fan-out.ts";

const explore = (name: string, what: string): z.input<typeof plainNamedWorks>[number] => ({
  name,
  agent: "explorer",
  access: "read",
  prompt: `Explore ${what} of this repository: what is there, how it works, what is fragile. Name the files.`,
});

const defaultBranches = [
  explore("auth", "authentication and authorization"),
  explore("db", "the database layer"),
  explore("api", "the API endpoints"),
];

const input = z
  .strictObject({
    /** What it is all about. */
    goal: z.string().trim().min(1).exactOptional(),
    branches: plainNamedWorks.default(() => [...defaultBranches]),
    aggregate: plainAgentWork.default({
      agent: "analyzer",
      access: "read",
      prompt: "Combine the findings into one report: what they have in common, what contradicts, what matters most.",
    }),
    failures: z.enum(["all", "some"]).default("some"),
    minSuccesses: z.number().int().min(1).exactOptional(),
    concurrency: z.number().int().positive().exactOptional(),
    form: z.enum(["auto", "light", "tasks"]).default("auto"),
  })
  .superRefine(({ branches, failures, minSuccesses }, context) => {
    const refuse = (message: string): void => context.addIssue({ code: "custom", path: ["minSuccesses"], message });
    if ((minSuccesses ?? 0) > branches.length) refuse(`there are only ${branches.length} branches`);
    if (failures === "all" && minSuccesses !== undefined) refuse('needs failures: "some"');
  });

/** The parallel fan-out, ready to be run: explores authentication, database and API, or branches of the input. */
export const fanOutWorkflow = workflow(
  "fan-out",
  {
    description: "Branches at once, then one report of all: explores authentication, database and API",
    pattern: "fan-out",
    input,
    output: z.object({
      status: z.enum(["completed", "partial"]),
      form: z.enum(["light", "tasks"]),
      results: z.record(z.string(), z.string()),
      /** Branches without a result, and why. */
      failed: z.array(z.object({ name: z.string(), error: failureFacts })),
      report: z.string(),
    }),
  },
  async (flow, { goal, ...options }) => {
    const about = goal === undefined ? {} : { input: { goal } };
    const { status, form, results, failed, aggregate } = await fanOut(flow, { ...options, ...about });
    return {
      status,
      form,
      results: Object.fromEntries(
        Object.entries(results).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
      ),
      failed: [...failed],
      report: aggregate,
    };
  },
);
