import type { AnyWorkflow } from "../workflow/flow.ts";

/** Ready workflows: `tutti workflow run <name>`. In the order of the catalogue. */
export const builtInWorkflows: readonly AnyWorkflow[] = [];
