import { TuttiError } from "../domain/errors.ts";
import type { Workflow } from "../engine/port.ts";
import { engineWorkflow } from "./engine-workflow.ts";
import type { AnyWorkflow } from "./flow.ts";
import type { WorkflowHost } from "./host.ts";

/** A workflow of a user that has no world around it: for `replayHistory`, which runs no effect. */
export const replayable = (definition: AnyWorkflow): Workflow =>
  engineWorkflow(definition, { host: noWorld, name: definition.name, version: "replayed" });

const refuse = (): Promise<never> =>
  Promise.reject(new TuttiError("INTERNAL", "A replay ran an effect", { failureClass: "bug" }));

const noWorld: WorkflowHost = {
  agent: refuse,
  command: refuse,
  ask: refuse,
  withdraw: refuse,
  budget: refuse,
  note: refuse,
  log: refuse,
};
