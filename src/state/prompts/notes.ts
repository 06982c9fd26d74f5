import { TuttiError } from "../../domain/errors.ts";
import type { JobId } from "../../domain/ids.ts";
import { noteProblem } from "../../domain/notes/judge-note-edit.ts";
import {
  noteText,
  type NoteAuthor,
  type NoteChange,
  type NoteEdit,
  type ProjectNote,
} from "../../domain/notes/project-note.ts";
import { appendEvent, type Tx } from "../append-events.ts";
import type { StateContext } from "../context.ts";
import type { NoteChangeRow, NoteRow } from "./prompt-tables.ts";

export type NoteEditing = {
  readonly projectPath: string;
  readonly author: NoteAuthor;
  /** The job that it was learned from. */
  readonly jobId?: JobId;
};

/** What is known about a repository, and every change of it. */
export class Notes {
  readonly #context: StateContext;

  constructor(context: StateContext) {
    this.#context = context;
  }

  /** Oldest first. */
  async list(projectPath: string): Promise<readonly ProjectNote[]> {
    return this.#context.store.read((db) => notesOf(db, projectPath));
  }

  /** Oldest first; a version for each change. */
  async history(projectPath: string): Promise<readonly NoteChange[]> {
    const rows = await this.#context.store.read((db) =>
      db.selectFrom("note_changes").selectAll().where("project_path", "=", projectPath).orderBy("version").execute(),
    );
    return rows.map(changeFromRow);
  }

  /** Makes one change. Texts are to be redacted. @throws {TuttiError} `INPUT_INVALID` when it can't be made */
  async edit(editing: NoteEditing, edit: NoteEdit): Promise<NoteChange> {
    const at = this.#context.now();
    return this.#context.store.write(async (tx) => {
      const notes = await notesOf(tx, editing.projectPath);
      const refusal = noteProblem(notes, edit, editing.author);
      if (refusal !== undefined) throw new TuttiError("INPUT_INVALID", refusal.problem, { hint: refusal.hint });
      const change = await nextChange(tx, editing, { notes, edit, at });
      await write(tx, editing.projectPath, change);
      const { version, action, noteId: note, author } = change;
      const subject = editing.jobId === undefined ? {} : { jobId: editing.jobId };
      await appendEvent(tx, { at, type: "notes-changed", subject, data: { version, action, note, author } });
      return change;
    });
  }
}

async function notesOf(db: Pick<Tx, "selectFrom">, projectPath: string): Promise<readonly ProjectNote[]> {
  const query = db.selectFrom("notes").selectAll().where("project_path", "=", projectPath);
  return (await query.orderBy("created_at").orderBy("id").execute()).map(noteFromRow);
}

type Change = { readonly notes: readonly ProjectNote[]; readonly edit: NoteEdit; readonly at: number };

async function nextChange(
  tx: Tx,
  { projectPath, author, jobId }: NoteEditing,
  { notes, edit, at }: Change,
): Promise<NoteChange> {
  const changes = tx.selectFrom("note_changes").where("project_path", "=", projectPath);
  const { version } = await changes.select(({ fn }) => fn.max("version").as("version")).executeTakeFirstOrThrow();
  const added = await changes
    .where("action", "=", "added")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  const known = edit.action === "add" ? undefined : notes.find(({ id }) => id === edit.id);
  return {
    version: (version ?? 0) + 1,
    at,
    action: edit.action === "add" ? "added" : edit.action === "edit" ? "edited" : "removed",
    noteId: known?.id ?? `n${added.count + 1}`,
    author,
    before: known?.text,
    after: edit.action === "remove" ? undefined : noteText(edit.text),
    jobId,
  };
}

async function write(tx: Tx, projectPath: string, change: NoteChange): Promise<void> {
  const { version, at, action, noteId: id, author, before = null, after = null, jobId = null } = change;
  const place = { project_path: projectPath, note_id: id, version, at, action, author, before, after, job_id: jobId };
  await tx.insertInto("note_changes").values(place).execute();
  if (after === null) {
    await tx.deleteFrom("notes").where("project_path", "=", projectPath).where("id", "=", id).execute();
    return;
  }
  const values = { text: after, author, changed_at: at };
  await tx
    .insertInto("notes")
    .values({ project_path: projectPath, id, created_at: at, ...values })
    .onConflict((conflict) => conflict.columns(["project_path", "id"]).doUpdateSet(values))
    .execute();
}

const authorOf = (author: string): NoteAuthor => (author === "person" ? "person" : "supervisor");

const noteFromRow = ({ id, text, author, created_at, changed_at }: NoteRow): ProjectNote => ({
  id,
  text,
  author: authorOf(author),
  createdAt: created_at,
  changedAt: changed_at,
});

const changeFromRow = (row: NoteChangeRow): NoteChange => ({
  version: row.version,
  at: row.at,
  action: row.action === "added" ? "added" : row.action === "edited" ? "edited" : "removed",
  noteId: row.note_id,
  author: authorOf(row.author),
  before: row.before ?? undefined,
  after: row.after ?? undefined,
  jobId: row.job_id ?? undefined,
});
