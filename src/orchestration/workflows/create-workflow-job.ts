import { z } from "zod";

import type { Json } from "../../domain/json.ts";
import type { Job } from "../../domain/model.ts";
import type { JobSettings } from "../../domain/settings.ts";
import { agentsOfInput } from "../../workflow/agents-of-input.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import type { NamedAgent } from "../../workflow/source.ts";
import { workflowInput } from "../../workflow/workflow.ts";
import { createWorkflow } from "../jobs/create-job.ts";
import type { Services } from "../services.ts";
import { checkNamedAgents } from "./check-named-agents.ts";
import { loadWorkflow } from "./take-up-workflow.ts";

export type WorkflowJobRequest = {
  /** A name, or the path of a workflow file. */
  readonly ref: string;
  readonly input: Json;
  readonly settings: JobSettings;
  /** Default: the workflow's name and the beginning of its input. */
  readonly goal?: string;
  readonly orchestratorId?: string;
  /** The caller's own name for it, unique in the project: asking for it again gives the same job. */
  readonly dispatchKey?: string;
};

/**
 * A job whose tasks a workflow adds. Its input is checked before there is a job.
 * @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID`, `WORKFLOW_INPUT_INVALID`, `MODEL_UNPRICED`
 */
export async function createWorkflowJob(services: Services, request: WorkflowJobRequest): Promise<Job> {
  const { ref, input, goal, ...job } = request;
  const { definition, version, agents = [] } = await loadWorkflow(services, ref);
  const checked = workflowInput(definition.name, definition.inputSchema, input);
  await checkNamedAgents(services, request.settings, [...agents, ...namedIn(definition, checked)]);
  const stored = services.redactJson(input);
  const workflow = { ref, name: definition.name, version, input: stored };
  return createWorkflow(services, { ...job, goal: goal ?? goalOf(definition.name, stored), workflow });
}

const namedIn = ({ inputSchema }: AnyWorkflow, checked: unknown): readonly NamedAgent[] =>
  agentsOfInput(inputSchema, z.json().safeParse(checked).data ?? null);

const goalLength = 80;

function goalOf(name: string, input: Json): string {
  if (input === null) return name;
  const text = `${name}: ${typeof input === "string" ? input : JSON.stringify(input)}`;
  return text.length <= goalLength ? text : `${text.slice(0, goalLength - 1)}…`;
}
