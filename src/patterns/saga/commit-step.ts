import { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import { dataBlock } from "../../domain/workflow/forward.ts";
import type { AgentRequest, WorkflowFlow } from "../../workflow/flow.ts";
import { agentWorkFields, checkOptions, nameOption } from "../port.ts";
import { mustRun } from "./run-command.ts";
import type { SagaStep } from "./saga-options.ts";

export type CommitStep = Omit<AgentRequest, "access" | "prompt" | "result"> & {
  readonly name: string;
  /** Profile of who makes the change. */
  readonly agent: string;
  readonly prompt: string;
};

/** What the job had merged before the step and after it. */
export type MergedChange = { readonly before: string; readonly after: string; readonly said: string };

const { access: _access, result: _result, prompt: _prompt, ...fields } = agentWorkFields;
const optionsSchema = z.strictObject({ name: nameOption, ...fields, prompt: z.string().trim().min(1) });

const tip = (flow: WorkflowFlow, when: string): Promise<string> =>
  mustRun(flow, `the job ${when}`, { run: ["git", "rev-parse", "HEAD"] });

/** Whether the files that the step changed are what they were before it. */
const isBack = `git diff --name-only -z "$1" "$2" | xargs -0 git diff --quiet "$1" HEAD --`;

/**
 * A step whose agent changes files, which the job merges. It is taken back by another change, made by an agent that is given the
 * exact reverse: gates and merge queue are passed as by any work. That the files are what they were before is checked by git.
 * @throws {TuttiError} `WORKFLOW_INVALID` for wrong options
 */
export function commitStep(options: CommitStep): SagaStep<MergedChange> {
  checkOptions("commitStep", optionsSchema, options);
  const { name, agent, ...request } = options;
  return {
    name,
    do: async (flow) => {
      const before = await tip(flow, `before ${name}`);
      const said = await flow.agent(agent, { title: name, ...request, access: "edit" });
      return { before, after: await tip(flow, `after ${name}`), said };
    },
    compensate: (flow, change) => takeBack(flow, { name, agent }, change),
  };
}

async function takeBack(
  flow: WorkflowFlow,
  { name, agent }: Pick<CommitStep, "name" | "agent">,
  { before, after }: MergedChange,
): Promise<void> {
  if (before === after || (await isTakenBack(flow, name, { before, after }))) return;
  const patch = await mustRun(flow, `reverse of ${name}`, { run: ["git", "diff", "--binary", after, before] });
  await flow.agent(agent, {
    title: `Take back ${name}`,
    access: "edit",
    prompt: reversal(name, { patch, before, after }),
  });
  if (await isTakenBack(flow, name, { before, after })) return;
  throw new TuttiError("WORKFLOW_AGENT_FAILED", `The files that ${name} changed are not what they were before it`, {
    failureClass: "recoverable",
    context: { step: name, before, after },
  });
}

async function isTakenBack(
  flow: WorkflowFlow,
  name: string,
  { before, after }: Pick<MergedChange, "before" | "after">,
): Promise<boolean> {
  const run = ["sh", "-c", isBack, "sh", before, after];
  return (await flow.command(`is ${name} taken back?`, { run })).isOk;
}

const reversal = (
  name: string,
  { patch, before, after }: Omit<MergedChange, "said"> & { readonly patch: string },
): string =>
  `The step "${name}" has to be taken back: the files that it changed must again be exactly what they were before it. Make the change
below, to the letter, and nothing else. It is a patch for git apply; the whole of it is what this says:
git diff --binary ${after} ${before}

${dataBlock("reverse patch", patch)}`;
