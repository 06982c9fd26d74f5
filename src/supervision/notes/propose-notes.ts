import { z } from "zod";

import type { JobId } from "../../domain/ids.ts";
import type { JsonObject } from "../../domain/json.ts";
import { noteLimits, type NoteEdit, type ProjectNote } from "../../domain/notes/project-note.ts";
import { shortenText } from "../../domain/prompt/shorten-text.ts";
import { marked, materialRule } from "../prompts/material.ts";
import type { Supervisor } from "../supervisor.ts";

/** What a job has shown of the repository. */
export type JobExperience = {
  readonly goal: string;
  readonly tasks: readonly {
    readonly key: string;
    readonly title: string;
    readonly status: string;
    /** Why attempts were not accepted, oldest first. */
    readonly refusals: readonly string[];
    /** What the last agent reported. */
    readonly report: string;
  }[];
  readonly gates: readonly { readonly name: string; readonly run: string; readonly durationMs: number | undefined }[];
  /** What the review found. */
  readonly findings: readonly string[];
};

export type NotesRequest = {
  readonly supervisor: Supervisor;
  readonly jobId: JobId;
  readonly notes: readonly ProjectNote[];
  readonly experience: JobExperience;
  readonly signal: AbortSignal;
};

export type NotesProposal =
  | { readonly status: "proposed"; readonly edits: readonly NoteEdit[] }
  | { readonly status: "unavailable"; readonly reason: string };

/** A job teaches little that holds for the next one. */
const maxEdits = 5;

const answerSchema = z.object({
  changes: z
    .array(
      z.object({
        action: z.enum(["add", "edit", "remove"]),
        note: z.string().describe("The note's id for edit and remove, such as n1; else empty"),
        text: z.string().describe("What the note says from now on, one sentence; empty for remove"),
      }),
    )
    .describe("At most five, the most useful first. None is a good answer"),
});

const system =
  "You keep short notes about a repository for the coding agents that work on it next: commands that work, conventions, traps. Only what " +
  "was seen, holds beyond this job and can't be read off the files at a glance. Nothing about one task, no praise, no secrets. Correct or " +
  `remove a note of the supervisor's that turned out wrong. A note is one sentence of at most ${noteLimits.perNote} characters. ${materialRule}`;

/** Asks the supervisor model what of a job is worth remembering. It proposes; what can't stand is refused where the notes are kept. */
export async function proposeNotes(request: NotesRequest): Promise<NotesProposal> {
  const { supervisor, jobId, signal } = request;
  const prompt = questionOf(request);
  const answer = await supervisor.ask({
    purpose: "notes",
    about: { jobId },
    system,
    prompt,
    schema: answerJsonSchema(),
    signal,
  });
  if (answer.status === "unavailable") return answer;
  const parsed = answerSchema.safeParse(answer.value);
  if (!parsed.success)
    return { status: "unavailable", reason: `${supervisor.name} gave no answer of the form asked for` };
  const edits = parsed.data.changes.slice(0, maxEdits).map(({ action, note, text }): NoteEdit => {
    if (action === "add") return { action, text };
    return action === "edit" ? { action, id: note, text } : { action, id: note };
  });
  return { status: "proposed", edits };
}

const maxQuestionCharacters = 24_000;

function questionOf({ notes, experience }: NotesRequest): string {
  const { goal, tasks, gates, findings } = experience;
  const text = [
    `## The notes now\n${notes.map(({ id, author, text }) => `- ${id} (${author}): ${text}`).join("\n") || "There are none."}`,
    `## The job\n${goal}`,
    listed("Commands that judged the work", gates.map(gateLine)),
    ...tasks.map(taskSection),
    findings.length === 0 ? "" : `## What the review found\n${marked(findings.map((line) => `- ${line}`).join("\n"))}`,
  ].join("\n\n");
  const asked = shortenText(text, maxQuestionCharacters, ({ length }) => length);
  return `${text.length <= maxQuestionCharacters ? text : (asked ?? "")}\n\nAnswer with the changes of the notes.`;
}

const gateLine = ({ name, run, durationMs }: JobExperience["gates"][number]): string =>
  `${name}: \`${run}\`${durationMs === undefined ? "" : `, took ${Math.ceil(durationMs / 1000)} s`}`;

const taskSection = ({ key, title, status, refusals, report }: JobExperience["tasks"][number]): string =>
  [
    `## Task ${key} (${title}): ${status}`,
    marked([...refusals.map((why) => `- not accepted: ${why}`), report].join("\n")),
  ].join("\n");

const listed = (heading: string, lines: readonly string[]): string =>
  lines.length === 0 ? "" : `## ${heading}\n${lines.map((line) => `- ${line}`).join("\n")}`;

function answerJsonSchema(): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(answerSchema, { target: "draft-7" });
  return z.record(z.string(), z.json()).parse(schema);
}
