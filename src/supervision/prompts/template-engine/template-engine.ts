import type { JsonObject } from "../../../domain/json.ts";

export type TemplateFile = {
  /** As templates and renderings name it: `worker.md.j2`, `parts/house-rules.md.j2`. */
  readonly name: string;
  readonly text: string;
  /** For messages: `.tutti/templates/worker.md.j2`. */
  readonly shownAs: string;
};

/** Templates that may include and extend one another. They see the context that they are given and nothing else. */
export interface TemplateEngine {
  /**
   * Renders a template. A variable that the context does not have is an error, and so is one that takes too long.
   * @throws {TuttiError} `TEMPLATE_INVALID` with file, line and what is wrong, in one line
   */
  render(name: string, context: JsonObject): string;
}

/** @throws {TuttiError} `TEMPLATE_INVALID` for a template that can't be read */
export type OpenTemplateEngine = (files: readonly TemplateFile[]) => Promise<TemplateEngine>;
