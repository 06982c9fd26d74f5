import { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import { workflow } from "../../workflow/workflow.ts";
import { supervise } from "./supervise.ts";
import { superviseFields, workersSchema, type SuperviseResult } from "./supervise-options.ts";

const defaultWorkers = {
  architect: "design decisions",
  builder: "implementing what was described",
  "bug-fixer": "finding causes and mending them",
  "test-runner": "running the tests and saying what fails",
  "code-reviewer": "quality checks",
};

const criterion = z.strictObject({
  id: z.string(),
  statement: z.string(),
  judgedBy: z.enum(["command", "supervisor"]),
  isMet: z.boolean(),
  evidence: z.string(),
});

const delegation = z.object({
  id: z.string(),
  round: z.number(),
  worker: z.string(),
  title: z.string(),
  status: z.enum(["completed", "failed"]),
  summary: z.string(),
});

const output = z.strictObject({
  status: z.literal("met"),
  reason: z.string(),
  form: z.enum(["light", "tasks"]),
  rounds: z.number(),
  criteria: z.array(criterion),
  delegated: z.array(delegation),
});

/** `tutti workflow run supervisor` */
export const readySupervisor = workflow(
  "supervisor",
  {
    input: z.strictObject({ ...superviseFields, workers: workersSchema.default(defaultWorkers) }),
    output,
    pattern: "supervisor",
    description: "An agent delegates to others, round after round, until the acceptance criteria are met",
  },
  async (flow, options) => {
    const result = await supervise(flow, options);
    const { status, criteria, delegated, ...facts } = result;
    if (status !== "met") throw notMet(result);
    return { ...facts, status, criteria: [...criteria], delegated: [...delegated] };
  },
);

/** Whoever started it has to see that the goal is not reached. */
function notMet({ status, reason, rounds, criteria, delegated }: SuperviseResult): TuttiError {
  const unmet = criteria.filter(({ isMet }) => !isMet);
  const named = unmet.map(({ id, statement }) => `${id} ${statement}`).join("; ");
  const how = status === "stuck" ? "and it got no further" : "and no round is left";
  return new TuttiError(
    "WORKFLOW_AGENT_FAILED",
    `After ${rounds} rounds ${unmet.length} of ${criteria.length} criteria are not met, ${how}: ${named}`,
    {
      failureClass: "stuck",
      hint: `The supervisor said: ${reason === "" ? "nothing" : reason}`,
      context: {
        criteria: criteria.map((criterion) => ({ ...criterion })),
        delegated: delegated.map(({ id, worker, title, status: ended }) => ({ id, worker, title, status: ended })),
      },
    },
  );
}
