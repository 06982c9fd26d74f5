import { TuttiError } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import { composePrompt } from "./compose-prompt.ts";
import { bySize } from "../../domain/prompt/estimate-tokens.ts";
import { missingFiltered } from "./filtered-variables.ts";
import { promptKinds, type PromptKind } from "./prompt-kind.ts";
import type { PromptRequest } from "./prompt-request.ts";
import { sampleContext, sampleRequests } from "./sample-requests.ts";
import { templateInvalid } from "./template-engine/template-error.ts";
import type { TemplateSet } from "./template-set.ts";

/** Something that a template leaves out, which agents usually need. */
export type TemplateWarning = { readonly template: string; readonly leavesOut: readonly string[] };

export type JudgedTemplates = {
  readonly warnings: readonly TemplateWarning[];
  /** `TEMPLATE_INVALID`, one for each template that is wrong: the first thing that is. */
  readonly broken: readonly TuttiError[];
};

/**
 * Renders every template with everything that a prompt can have and with the least that it has, so that a variable that is not
 * there is found before an agent is paid.
 * @throws {TuttiError} `TEMPLATE_INVALID` for the first that is wrong
 */
export async function checkTemplateSet(templates: TemplateSet): Promise<readonly TemplateWarning[]> {
  const { warnings, broken } = await judgeTemplateSet(templates);
  if (broken[0] !== undefined) throw broken[0];
  return warnings;
}

/** The same for who wants to know of all of them. */
export async function judgeTemplateSet(templates: TemplateSet): Promise<JudgedTemplates> {
  const warnings: TemplateWarning[] = [];
  // What several templates include is wrong in each of them, in the same place.
  const broken = new Map<string, TuttiError>();
  const judge = async (check: () => TemplateWarning | undefined | Promise<TemplateWarning | undefined>) => {
    try {
      const warning = await check();
      if (warning !== undefined) warnings.push(warning);
    } catch (thrown) {
      const error = brokenTemplate(thrown);
      broken.set(error.message, error);
    }
  };
  for (const name of templates.partials()) await judge(() => checkFilters(templates, name, anyContext()));
  await judge(() => void templates.render(templates.choose("continuation").name, {}));
  for (const kind of promptKinds) {
    for (const variant of [undefined, ...templates.variantsOf(kind)]) {
      await judge(() => checkOne(templates, kind, variant));
    }
  }
  return { warnings, broken: [...broken.values()] };
}

/** @throws what is no fault of a template */
export function brokenTemplate(thrown: unknown): TuttiError {
  if (TuttiError.is(thrown) && thrown.code === "TEMPLATE_INVALID") return thrown;
  throw thrown;
}

async function checkOne(
  templates: TemplateSet,
  kind: PromptKind,
  variant: string | undefined,
): Promise<TemplateWarning | undefined> {
  const variants = variant === undefined ? [] : [variant];
  const template = templates.choose(kind, variants);
  const samples = sampleRequests(kind);
  if (template.from === "built-in" || samples === undefined) return undefined;
  const compose = async (request: PromptRequest): Promise<string> =>
    (await composePrompt({ ...request, variants }, { templates, maxTokens: Infinity, counter: async () => bySize }))
      .text;
  checkFilters(templates, template.name, sampleContext(kind));
  await compose(samples.least);
  const text = await compose(samples.everything);
  const leavesOut = Object.entries(samples.expected).flatMap(([name, sign]) => (text.includes(sign) ? [] : [name]));
  return leavesOut.length === 0 ? undefined : { template: template.name, leavesOut };
}

/** What others include may be meant for any of the prompts. */
const anyContext = (): JsonObject =>
  Object.fromEntries(promptKinds.toReversed().flatMap((kind) => Object.entries(sampleContext(kind))));

function checkFilters(templates: TemplateSet, name: string, context: JsonObject): undefined {
  const file = templates.ownFile(name);
  const [missing] = file === undefined ? [] : missingFiltered(file.text, context);
  if (file === undefined || missing === undefined) return undefined;
  const { path: excerpt, line } = missing;
  throw templateInvalid({ what: "undefined value", file: name, line, excerpt, shownAs: file.shownAs, context });
}

/** A task can only ask for what there is. @throws {TuttiError} `TEMPLATE_INVALID` */
export function checkVariant(templates: TemplateSet, task: { readonly key: string; readonly template?: string }): void {
  if (task.template === undefined || templates.hasVariant(task.template)) return;
  const known = templates.variantsOf("worker");
  throw new TuttiError(
    "TEMPLATE_INVALID",
    `Task ${task.key} asks for the template "${task.template}", and the repository has no .tutti/templates/worker-${task.template}.md.j2`,
    {
      hint:
        known.length === 0
          ? "Write and commit it first"
          : `It has ${known.join(", ")}; a new one counts when it is committed`,
      context: { task: task.key, template: task.template },
    },
  );
}
