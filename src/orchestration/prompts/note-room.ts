import type { NoteChange, NoteEdit, ProjectNote } from "../../domain/notes/project-note.ts";
import type { Services } from "../services.ts";

/** What faces may ask for about the project notes. */
export class NoteRoom {
  readonly #services: Pick<Services, "state" | "repo" | "redact">;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Oldest first. */
  list(): Promise<readonly ProjectNote[]> {
    return this.#services.state.notes.list(this.#services.repo.root);
  }

  /** Every change, oldest first. */
  history(): Promise<readonly NoteChange[]> {
    return this.#services.state.notes.history(this.#services.repo.root);
  }

  /** A person's change. @throws {TuttiError} `INPUT_INVALID` */
  edit(edit: NoteEdit): Promise<NoteChange> {
    const { state, repo, redact } = this.#services;
    const safe = edit.action === "remove" ? edit : { ...edit, text: redact(edit.text) };
    return state.notes.edit({ projectPath: repo.root, author: "person" }, safe);
  }
}
