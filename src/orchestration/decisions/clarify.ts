import { z } from "zod";

import type { Json, JsonObject } from "../../domain/json.ts";
import type { Clarification, Job, Task } from "../../domain/model.ts";
import { marked, materialRule } from "../../supervision/prompts/material.ts";
import type { DecisionRequest } from "./decision-evidence.ts";
import type { JobDesk } from "../desk.ts";
import { notesFor } from "../prompts/send-prompt.ts";

export type Clarified =
  | { readonly status: "got"; readonly extra: { readonly clarification: Clarification } }
  | { readonly status: "none"; readonly why: string };

/** Has the supervisor model answer what an agent asked, from the task, the plan and the notes. It may say that it can't. */
export async function clarify(desk: JobDesk, { lease, begun, outcome, signal }: DecisionRequest): Promise<Clarified> {
  const { supervisor, state, redact } = desk.services;
  if (supervisor === undefined) return { status: "none", why: "no supervisor model is configured" };
  const [task, job, notes] = await Promise.all([
    state.tasks.get(lease.taskId),
    state.jobs.get(desk.job.id),
    notesFor(desk),
  ]);
  const question = redact(outcome.text.trim());
  const answer = await supervisor.ask({
    purpose: "clarify",
    about: { jobId: desk.job.id, taskId: lease.taskId, attemptId: begun.id },
    system,
    prompt: promptOf({ job, task, notes, question }),
    schema: answerSchema,
    signal,
  });
  // Who was to stop knows nothing about the question: it is asked again by whoever goes on.
  signal.throwIfAborted();
  if (answer.status === "unavailable")
    return { status: "none", why: `the supervisor can't be asked: ${answer.reason}` };
  const known = readAnswer(answer.value);
  if (known === undefined) return { status: "none", why: "the supervisor does not know the answer either" };
  return { status: "got", extra: { clarification: { question, answer: redact(known), by: supervisor.name } } };
}

const system =
  "You supervise coding agents. One of them has asked a question instead of working. Answer it only by what you are told here: the goal, " +
  "the plan, the task and the notes. Where they leave a choice that matters to the person who gave the goal, say that you can't answer. " +
  "Where they leave a choice that does not matter, make the most usual one. " +
  materialRule;

const answerOf = z.object({ canAnswer: z.boolean(), answer: z.string() });

const answerSchema: JsonObject = {
  type: "object",
  properties: {
    canAnswer: {
      type: "boolean",
      description: "Whether the answer follows from what you were told, or does not matter",
    },
    answer: {
      type: "string",
      description: "The answer, as you would tell it to the agent; empty when you can't answer",
    },
  },
  required: ["canAnswer", "answer"],
  additionalProperties: false,
};

function readAnswer(value: Json | undefined): string | undefined {
  const parsed = answerOf.safeParse(value);
  if (!parsed.success || !parsed.data.canAnswer) return undefined;
  const answer = parsed.data.answer.trim();
  return answer === "" ? undefined : answer;
}

type Known = {
  readonly job: Job;
  readonly task: Task;
  readonly notes: readonly string[];
  readonly question: string;
};

const maxQuestion = 8_000;

function promptOf({ job, task, notes, question }: Known): string {
  const { spec } = task;
  const others = (job.plan?.tasks ?? [])
    .filter(({ key }) => key !== task.key)
    .map(({ key, title }) => `- ${key}: ${title}`);
  return [
    `# The goal\n${job.goal}`,
    `# The plan\n${job.plan?.summary ?? "There is none."}\n${others.join("\n")}`,
    `# The task: ${spec.title}\n${spec.prompt}`,
    listed("Accepted when", spec.acceptance),
    listed("Files that must exist", spec.expectedOutputs),
    listed("Notes about the repository", notes),
    `# What the agent said\n${marked(question.slice(-maxQuestion))}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

const listed = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? "" : `# ${title}\n${lines.map((line) => `- ${line}`).join("\n")}`;
