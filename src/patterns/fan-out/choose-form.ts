import { TuttiError } from "../../domain/errors.ts";
import { isOwnWork, type AgentWork } from "../port.ts";
import type { AnyFanOut, FanOutBranch, FanOutForm } from "./fan-out-options.ts";

/** More branches, or longer prompts, are tasks of their own: one session would hold all of what they come to. */
const maxLightBranches = 8;
const maxLightPromptChars = 2000;

/** What only a task of its own has. */
const taskFields = [
  "gates",
  "expectedOutputs",
  "acceptance",
  "footprint",
  "model",
  "timeoutMs",
  "maxCostUsd",
  "priority",
  "subagents",
] as const satisfies readonly (keyof AgentWork)[];

/**
 * Whether the branches are one session's subagents or tasks, and why.
 * @throws {TuttiError} `WORKFLOW_INVALID` when the light form was asked for and can't be
 */
export function chooseForm({ branches, form = "auto" }: Pick<AnyFanOut, "branches" | "form">): {
  readonly form: FanOutForm;
  readonly why: string;
} {
  if (form === "tasks") return { form, why: "asked for" };
  const impossible = branches.map(whyNever).find((why) => why !== undefined);
  if (form === "light") {
    if (impossible === undefined) return { form, why: "asked for" };
    throw new TuttiError("WORKFLOW_INVALID", `The options of fanOut are wrong: form: can't be light: ${impossible}`, {
      hint: 'Write form: "tasks", or leave out what only a task can have',
      context: { pattern: "fanOut", option: "form" },
    });
  }
  const unfit = impossible ?? branches.map(whyTooMuch).find((why) => why !== undefined) ?? tooMany(branches.length);
  if (unfit !== undefined) return { form: "tasks", why: unfit };
  return { form: "light", why: `${branches.length} small branches that only read` };
}

function whyNever(branch: FanOutBranch): string | undefined {
  if (isOwnWork(branch)) return `${branch.name} is no agent`;
  if (branch.access === "edit") return `${branch.name} changes files`;
  const field = taskFields.find((name) => branch[name] !== undefined);
  return field === undefined ? undefined : `${branch.name} has ${field} of its own`;
}

function whyTooMuch(branch: FanOutBranch): string | undefined {
  if (isOwnWork(branch)) return undefined;
  if (branch.access !== "read") return `${branch.name} may change files`;
  if (typeof branch.prompt === "string" && branch.prompt.length > maxLightPromptChars) return `${branch.name} is large`;
  return undefined;
}

const tooMany = (count: number): string | undefined =>
  count > maxLightBranches ? `${count} branches are too many for one session` : undefined;
