import { TuttiError } from "../../domain/errors.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { checkOptions } from "../port.ts";
import {
  branchSchema,
  type AnyBranch,
  type BranchEnded,
  type BranchOptions,
  type BranchOptionsWithOtherwise,
  type Decision,
  type Path,
} from "./branch-options.ts";
import { decide, ruledBy } from "./decide.ts";

type ValueOf<Paths> = {
  [Label in keyof Paths]: Paths[Label] extends (...given: never[]) => Promise<infer T> ? T : never;
}[keyof Paths];

/**
 * One path of several, by the decision of an agent or a function. Every choice must have a path, unless there is `otherwise`.
 * @throws {TuttiError} `WORKFLOW_INVALID` for options that are none, `WORKFLOW_AGENT_FAILED` for a decision that is too unsure,
 * `ABORTED` when a person refuses it and there is no other way
 */
export function branch<Label extends string, const Paths extends Readonly<Record<Label, Path<Label>>>>(
  flow: WorkflowFlow,
  options: BranchOptions<Label, Paths>,
): Promise<BranchEnded<Label, ValueOf<Paths>>>;
export function branch<
  Label extends string,
  const Paths extends Readonly<Partial<Record<Label, Path<Label>>>>,
  Other = never,
>(
  flow: WorkflowFlow,
  options: BranchOptionsWithOtherwise<Label, Paths, Other>,
): Promise<BranchEnded<Label, ValueOf<Paths> | Other, Label | "otherwise">>;
export async function branch(flow: WorkflowFlow, options: AnyBranch): Promise<unknown> {
  checkOptions("branch", branchSchema, options);
  return flow.group(options.label ?? "branch", () => alongOnePath(flow, options), {
    pattern: "conditional-branching",
  });
}

async function alongOnePath(flow: WorkflowFlow, options: AnyBranch): Promise<BranchEnded<string, unknown>> {
  const ruling = await ruledBy(flow, options, await decide(flow, options));
  const { decision } = ruling;
  const own = ruling.isFollowed ? options.paths[decision.choice] : undefined;
  const path = own === undefined ? "otherwise" : decision.choice;
  const taken = own ?? options.otherwise;
  if (taken === undefined) throw noPath(decision, ruling.isFollowed);
  await flow.log(`Takes the path ${path}: ${decision.choice}, because ${decision.reason}`, { ...decision, path });
  const value = await flow.group(path, () => taken(flow, decision));
  return { decision, path, value };
}

function noPath({ choice, reason }: Decision, isFollowed: boolean): TuttiError {
  if (!isFollowed) {
    return new TuttiError("ABORTED", `The decision for ${choice} was refused, and there is no other path`, {
      hint: "Answer with the name of another choice, or give the branch a path `otherwise`",
      context: { choice, reason },
    });
  }
  return new TuttiError("WORKFLOW_INVALID", `branch: there is no path for the choice "${choice}"`, {
    hint: `Add paths.${choice}, or otherwise`,
    context: { pattern: "branch", choice },
  });
}
