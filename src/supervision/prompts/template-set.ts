import { TuttiError } from "../../domain/errors.ts";
import { didYouMean } from "../../domain/plan/did-you-mean.ts";
import { promptKinds, templateName, type PromptKind } from "./prompt-kind.ts";
import { builtinTemplates } from "./templates/builtin-templates.ts";
import type { OpenTemplateEngine, TemplateEngine, TemplateFile } from "./template-engine/template-engine.ts";

/** Where a project keeps its own templates, in its repository. */
export const templateFolder = ".tutti/templates";

/** The template that a prompt is made with. */
export type ChosenTemplate = { readonly name: string; readonly from: "built-in" | "project" };

/**
 * The built-in templates, and a project's own before them. Each built-in one is also there as `builtin/<kind>.md.j2`, so that the
 * project's can extend the one that it stands for.
 */
export class TemplateSet {
  readonly #engine: TemplateEngine;
  readonly #own: ReadonlyMap<string, TemplateFile>;

  private constructor(engine: TemplateEngine, own: readonly TemplateFile[]) {
    this.#engine = engine;
    this.#own = new Map(own.map((file) => [file.name, file]));
  }

  /** @throws {TuttiError} `TEMPLATE_INVALID` for one that can't be read or that nothing would ever use */
  static async open(own: readonly TemplateFile[], openEngine: OpenTemplateEngine): Promise<TemplateSet> {
    for (const file of own) checkName(file);
    const names = new Set(own.map(({ name }) => name));
    const builtin = promptKinds.flatMap((kind) => builtinFiles(kind).filter(({ name }) => !names.has(name)));
    return new TemplateSet(await openEngine([...builtin, ...own]), own);
  }

  /** The first of the variants that there is, else the kind's own. @param variants - names behind the kind's: `worker-<variant>` */
  choose(kind: PromptKind, variants: readonly string[] = []): ChosenTemplate {
    const variant = variants.map((name) => templateName(`${kind}-${name}`)).find((name) => this.#own.has(name));
    const name = variant ?? templateName(kind);
    return { name, from: this.#own.has(name) ? "project" : "built-in" };
  }

  /** Whether the project has a worker's template of this name. */
  hasVariant(variant: string): boolean {
    return this.#own.has(templateName(`worker-${variant}`));
  }

  /** What stands behind the kind in the names of the project's templates for it. */
  variantsOf(kind: PromptKind): readonly string[] {
    const [prefix, suffix] = [`${kind}-`, templateName("")];
    return [...this.#own.keys()]
      .filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
      .map((name) => name.slice(prefix.length, -suffix.length))
      .toSorted();
  }

  /** Names of the project's own that others include: those in folders. */
  partials(): readonly string[] {
    return [...this.#own.keys()].filter((name) => name.includes("/"));
  }

  /** One of the project's own. */
  ownFile(name: string): TemplateFile | undefined {
    return this.#own.get(name);
  }

  /** Whether the project has any of its own. */
  get hasOwn(): boolean {
    return this.#own.size > 0;
  }

  /** @throws {TuttiError} `TEMPLATE_INVALID` */
  render: TemplateEngine["render"] = (name, context) => this.#engine.render(name, context);
}

const builtinFiles = (kind: PromptKind): readonly TemplateFile[] =>
  [templateName(kind), `builtin/${templateName(kind)}`].map((name) => ({
    name,
    text: builtinTemplates[kind],
    shownAs: `the built-in ${templateName(kind)}`,
  }));

/** One at the top that no prompt is made with is a slip of the pen; what others include lies in a folder. */
function checkName({ name, shownAs }: TemplateFile): void {
  if (name.startsWith("builtin/")) throw unusable(shownAs, "builtin/ holds the templates that come with Tutti");
  if (name.includes("/")) return;
  const stem = name.replace(/\.md\.j2$/, "");
  if (promptKinds.some((kind) => stem === kind || stem.startsWith(`${kind}-`))) return;
  const meant = didYouMean(stem, promptKinds);
  const hint =
    meant === undefined
      ? `Name it for one of ${promptKinds.join(", ")}, such as worker-${stem}.md.j2, or move what others include into a folder`
      : `Did you mean ${templateName(meant)}?`;
  throw unusable(shownAs, "no prompt is made with a template of this name", hint);
}

const unusable = (shownAs: string, what: string, hint = "Give it another name"): TuttiError =>
  new TuttiError("TEMPLATE_INVALID", `${shownAs}, line 1: ${what}`, { hint, context: { file: shownAs, line: 1 } });
