import type { PromptSettings } from "../../domain/prompt/prompt-settings.ts";
import { composePrompt } from "./compose-prompt.ts";
import { loadTokenCounter } from "./count-tokens.ts";
import { joinSections } from "./prompt-head.ts";
import type { PreparedPrompt, PromptRequest } from "./prompt-request.ts";
import { openMinijinja } from "./template-engine/minijinja-engine.ts";
import type { TemplateFile } from "./template-engine/template-engine.ts";
import { TemplateSet } from "./template-set.ts";

/** Reads a project's templates as they are in a commit. */
export type ReadTemplates = (commit: string) => Promise<readonly TemplateFile[]>;

export type PromptPlace = {
  /** Whose templates count. */
  readonly commit: string;
  readonly settings: Pick<PromptSettings, "maxTokens">;
};

/** Makes the prompts of a process. A commit's templates are read once. */
export class PromptWriter {
  readonly #readTemplates: ReadTemplates;
  readonly #sets = new Map<string, Promise<TemplateSet>>();

  constructor(readTemplates: ReadTemplates) {
    this.#readTemplates = readTemplates;
  }

  /** @throws {TuttiError} `TEMPLATE_INVALID` */
  templatesAt(commit: string): Promise<TemplateSet> {
    const known = this.#sets.get(commit);
    if (known !== undefined) return known;
    const opening = this.#readTemplates(commit).then((files) => TemplateSet.open(files, openMinijinja));
    this.#sets.set(commit, opening);
    // What failed may have been git: it is tried again.
    opening.catch(() => this.#sets.delete(commit));
    return opening;
  }

  /** @throws {TuttiError} `TEMPLATE_INVALID` */
  async write(request: PromptRequest, { commit, settings }: PromptPlace): Promise<PreparedPrompt> {
    const templates = await this.templatesAt(commit);
    return composePrompt(request, { templates, maxTokens: settings.maxTokens, counter: loadTokenCounter });
  }

  /** For a conversation that was cut short: the whole prompt again, behind what the template says about it. */
  async goOn(prompt: PreparedPrompt, { commit }: Pick<PromptPlace, "commit">): Promise<PreparedPrompt> {
    const templates = await this.templatesAt(commit);
    const template = templates.choose("continuation");
    const preface = templates.render(template.name, {}).trim();
    return { ...prompt, kind: "continuation", text: joinSections(preface, prompt.text) };
  }
}
