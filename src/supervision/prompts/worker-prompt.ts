import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import type { PromptPart } from "../../domain/prompt/prompt-part.ts";
import { partOf } from "./compose-prompt.ts";
import type { PromptRequest } from "./prompt-request.ts";
import { keptNotes, noteParts } from "./note-parts.ts";

export type WorkerPromptFacts = {
  readonly goal: string;
  readonly planSummary: string;
  readonly spec: PlanTask;
  /** 1-based. */
  readonly attempt: number;
  /** What the tasks it builds on came to, already merged into its slot. */
  readonly dependencies: readonly { readonly key: string; readonly title: string; readonly result: string }[];
  /** The task that it follows on from: all that it was told and what it came to. */
  readonly parent?: { readonly title: string; readonly prompt: string; readonly result: string } | undefined;
  /** Why the attempt before wasn't enough. */
  readonly feedback: string | undefined;
  /** Files of the repository that the feedback names. */
  readonly namedFiles: readonly string[];
  /** Those before the last one, and why they were not accepted; oldest first. */
  readonly earlierAttempts: readonly { readonly number: number; readonly why: string }[];
  /** Commands that will judge the work. */
  readonly gates: readonly { readonly name: string; readonly run: string }[];
  /** What was learned about the repository. */
  readonly notes: readonly string[];
};

/**
 * What matters more is kept where not everything fits. What was asked for, what proves it and why it was refused are always there.
 */
const priorities = {
  plan: 90,
  dependencies: 80,
  parentPrompt: 75,
  attempts: 70,
  namedFiles: 65,
  // Notes: 60. What an agent reported may be very long, and leaves no room for what comes after it.
  parentResult: 50,
} as const;

/** What a worker's agent is told for a fresh attempt. */
export const workerRequest = (facts: WorkerPromptFacts): PromptRequest => ({
  kind: "worker",
  ...identityOf(facts),
  parts: partsOf(facts),
  variables: (kept) => ({
    goal: facts.goal,
    plan: kept.text("plan"),
    task: taskOf(facts),
    gates: facts.gates,
    feedback: kept.text("feedback"),
    namedFiles: linesOf(kept.text("named-files")),
    parent: parentOf(facts, kept.text),
    dependencies: facts.dependencies.flatMap(({ key, title }) =>
      kept.has(`dependencies/${key}`) ? [{ key, title, result: kept.text(`dependencies/${key}`) }] : [],
    ),
    attempts: facts.earlierAttempts.flatMap(({ number }) =>
      kept.has(`attempts/${number}`) ? [{ number, why: kept.text(`attempts/${number}`) }] : [],
    ),
    notes: keptNotes(facts.notes, kept),
  }),
});

/**
 * For a conversation that is a fork of another task's: the goal, the plan and the notes stand in front of it.
 */
export function forkRequest(facts: WorkerPromptFacts & { readonly baseCommit: string }): PromptRequest {
  const request = workerRequest({ ...facts, planSummary: "", notes: [] });
  return {
    ...request,
    kind: "fork",
    parts: request.parts.filter(({ name }) => name !== "goal"),
    variables: (kept) => ({ ...request.variables(kept), baseCommit: facts.baseCommit }),
  };
}

export type RetryFacts = Pick<WorkerPromptFacts, "spec" | "attempt" | "feedback" | "namedFiles">;

/** For a conversation that goes on after its work wasn't accepted: it has all the rest in front of it. */
export function retryRequest(facts: RetryFacts): PromptRequest {
  const { feedback = "No reason was recorded.", namedFiles } = facts;
  return {
    kind: "retry",
    ...identityOf(facts),
    parts: [...partOf("feedback", "required", feedback), ...namedPart(namedFiles)],
    variables: (kept) => ({
      task: taskOf(facts),
      feedback: kept.text("feedback"),
      namedFiles: linesOf(kept.text("named-files")),
    }),
  };
}

/** For a conversation that asked something instead of working. */
export const clarificationRequest = (
  facts: Pick<WorkerPromptFacts, "spec" | "attempt"> & { readonly answer: string },
): PromptRequest => ({
  kind: "clarification",
  ...identityOf(facts),
  parts: partOf("answer", "required", facts.answer),
  variables: (kept) => ({ task: taskOf(facts), answer: kept.text("answer") }),
});

const identityOf = ({ spec, attempt }: Pick<WorkerPromptFacts, "spec" | "attempt">) => ({
  head: { role: "worker", task: spec.key, attempt } as const,
  variants: [spec.template, spec.agent].filter((name) => name !== undefined),
});

const taskOf = ({ spec, attempt }: Pick<WorkerPromptFacts, "spec" | "attempt">) => ({
  key: spec.key,
  title: spec.title,
  prompt: spec.prompt,
  attempt,
  contextFiles: spec.contextFiles,
  expectedOutputs: spec.expectedOutputs,
  acceptance: spec.acceptance,
  footprint: spec.footprint ?? [],
  access: spec.access ?? "edit",
});

function partsOf(facts: WorkerPromptFacts): readonly PromptPart[] {
  const { spec, parent, gates } = facts;
  const required = (name: string, text: string | undefined) => partOf(name, "required", text);
  return [
    ...required("goal", facts.goal),
    ...partOf("plan", priorities.plan, facts.planSummary),
    ...required("task", `${spec.title}\n${spec.prompt}`),
    ...partOf("parent/prompt", priorities.parentPrompt, parent?.prompt),
    ...partOf("parent/result", priorities.parentResult, parent?.result),
    ...required("context-files", spec.contextFiles.join("\n")),
    ...required("expected-outputs", spec.expectedOutputs.join("\n")),
    ...required("acceptance", spec.acceptance.join("\n")),
    ...required("footprint", spec.footprint?.join("\n")),
    ...facts.dependencies.map(({ key, result }) => dependencyPart(key, result)),
    ...required("gates", gates.map(({ name, run }) => `${name}: ${run}`).join("\n")),
    ...facts.earlierAttempts.map(({ number, why }) => ({
      name: `attempts/${number}`,
      // A later one says more about the work as it stands.
      priority: priorities.attempts + number / 1000,
      text: why,
    })),
    ...required("feedback", facts.feedback),
    ...namedPart(facts.namedFiles),
    ...noteParts(facts.notes),
  ];
}

const namedPart = (paths: readonly string[]): readonly PromptPart[] =>
  partOf("named-files", priorities.namedFiles, paths.join("\n"));

function dependencyPart(key: string, result: string): PromptPart {
  const name = `dependencies/${key}`;
  const part = { name, priority: priorities.dependencies, text: oneLine(result) };
  return result.trim().length <= maxResultLength
    ? part
    : { ...part, cutBefore: `of what a dependency came to, ${maxResultLength} characters are told` };
}

const parentOf = ({ parent }: WorkerPromptFacts, text: (name: string) => string) =>
  parent === undefined ? null : { title: parent.title, prompt: text("parent/prompt"), result: text("parent/result") };

const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.split("\n"));

const maxResultLength = 300;

/** @param maxLength - characters. Default 300 */
export function oneLine(text: string, maxLength = maxResultLength): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
