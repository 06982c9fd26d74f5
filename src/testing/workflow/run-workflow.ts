import type { Json } from "../../domain/json.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import type { StubHost } from "./stub-host.ts";
import { runOnce, type WorkflowTest } from "./test-workflow.ts";

export type WorkflowRun = {
  readonly output: Json;
  /** What was asked of whom. */
  readonly host: StubHost;
};

/** As `testWorkflow`, with the host itself. */
export async function runWorkflow(definition: AnyWorkflow, test: WorkflowTest): Promise<WorkflowRun> {
  const { host, end } = await runOnce(definition, test);
  if (end.status === "rejected") throw end.reason;
  return { output: end.value, host };
}
