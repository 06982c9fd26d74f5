import type { Workflow } from "../engine/port.ts";
import { AuthorFlow } from "./author-flow.ts";
import { guardDeterminism } from "./determinism.ts";
import type { WorkflowHost } from "./host.ts";
import { labelOfCall } from "./label-of-call.ts";
import { runInScope, Scope } from "./scope.ts";
import type { AnyWorkflow } from "./flow.ts";

/** A workflow of a user as the engine takes it. `version` names its code: see `ENGINE_WORKFLOW_CHANGED`. */
export function engineWorkflow(
  definition: AnyWorkflow,
  { host, name, version }: { readonly host: WorkflowHost; readonly name: string; readonly version: string },
): Workflow {
  guardDeterminism();
  return {
    name,
    version,
    labelOf: labelOfCall,
    run: (flow, input) =>
      runInScope(new Scope(flow, "", []), () => definition.runChecked(new AuthorFlow(flow, host).forBody, input)),
  };
}
