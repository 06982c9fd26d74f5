import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { joinSections, promptHead, section } from "./prompt-head.ts";

export type WorkerPromptFacts = {
  readonly goal: string;
  readonly planSummary: string;
  readonly spec: PlanTask;
  /** 1-based. */
  readonly attempt: number;
  /** What the tasks it builds on came to, already merged into its working copy. */
  readonly dependencies: readonly { readonly key: string; readonly title: string; readonly result: string }[];
  /** The task that it follows on from: all that it was told and what it came to. */
  readonly parent?: { readonly title: string; readonly prompt: string; readonly result: string } | undefined;
  /** Why the attempt before wasn't enough. */
  readonly feedback: string | undefined;
  /** Commands that will judge the work. */
  readonly gates: readonly { readonly name: string; readonly run: string }[];
};

/** What a worker's agent is told for a fresh attempt. */
export function workerPrompt(facts: WorkerPromptFacts): string {
  const { spec } = facts;
  return joinSections(
    promptHead({ role: "worker", task: spec.key, attempt: facts.attempt }),
    `You carry out one task of a larger plan, alone, in your own working copy of the repository (your current directory).`,
    section("The goal of the whole plan", facts.goal),
    section("The plan", facts.planSummary),
    ...taskSections(facts),
    rules,
  );
}

function taskSections(facts: WorkerPromptFacts): readonly string[] {
  const { spec } = facts;
  return [
    section(`Your task: ${spec.title}`, spec.prompt),
    section("The task that yours follows on from", parentContext(facts.parent)),
    section("Read first", spec.contextFiles),
    section("These files must exist when you are done", spec.expectedOutputs),
    section("Accepted when", spec.acceptance),
    section("Change files only inside", spec.footprint),
    section(
      "Already done and in your working copy",
      facts.dependencies.map(({ key, title, result }) => `${key} (${title}): ${oneLine(result)}`),
    ),
    section(
      "Your work is judged by these commands",
      facts.gates.map((gate) => `${gate.name}: \`${gate.run}\``),
    ),
    section("The attempt before this one was not accepted", facts.feedback),
  ];
}

/**
 * For a conversation that is a fork of another task's. The goal, the plan, the rules and what was read stand in front of it; what was
 * seen of files may not be true any more.
 */
export function forkedPrompt(facts: WorkerPromptFacts & { readonly baseCommit: string }): string {
  const { spec } = facts;
  return joinSections(
    promptHead({ role: "worker", task: spec.key, attempt: facts.attempt }),
    "The task above is done, and its work was accepted and taken away. You carry out another task of the same plan now. Your current " +
      `directory is a working copy at commit ${facts.baseCommit}. It may be another directory, and its files may not be what you saw: ` +
      "they hold what was merged until now, by other agents too. Look again at what you rely on before you change it.",
    ...taskSections(facts),
    section("Rules", "The rules above hold for this task too. Do only this task."),
  );
}

/** For a conversation that goes on after its work wasn't accepted: it has all the rest in front of it. */
export function retryPrompt(facts: Pick<WorkerPromptFacts, "spec" | "attempt" | "feedback">): string {
  return joinSections(
    promptHead({ role: "worker", task: facts.spec.key, attempt: facts.attempt }),
    section("Your work was not accepted", facts.feedback ?? "No reason was recorded."),
    "Your changes are still in your working directory. Fix what is named above, then finish the task.",
  );
}

const parentContext = (parent: WorkerPromptFacts["parent"]): string | undefined =>
  parent === undefined ? undefined : `${parent.title}\n\n${parent.prompt}\n\nIts agent reported:\n${parent.result}`;

const rules = section("Rules", [
  "Stay inside your current directory. Other agents work on the other tasks at the same time: do only your own.",
  "You need not commit: your working directory is recorded as it is when you stop.",
  "Nobody can answer questions. When something is unclear, take the most sensible reading and say which one you took.",
  "When you are done, say in two or three sentences what you changed and how you checked it.",
]);

const oneLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
};
