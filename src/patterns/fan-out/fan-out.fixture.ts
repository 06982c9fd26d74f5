import { z } from "zod";

import type { WorkflowFlow } from "../../workflow/flow.ts";
import { workflow } from "../../workflow/workflow.ts";

/** A workflow whose output is what the body came to. */
export const over = (body: (flow: WorkflowFlow) => Promise<unknown>) =>
  workflow("test", { input: z.null(), output: z.json() }, async (flow) => {
    const ended = await body(flow);
    return z.json().parse(JSON.parse(JSON.stringify(ended)));
  });

export const three = ["auth", "db", "api"].map((name) => ({ name, agent: "explorer", prompt: `Explore ${name}.` }));
