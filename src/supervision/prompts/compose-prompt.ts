import { bySize, mostTokens } from "../../domain/prompt/estimate-tokens.ts";
import { packParts, type PackedPart } from "../../domain/prompt/pack-parts.ts";
import type { PartAccount, PromptPart, TokenCounter } from "../../domain/prompt/prompt-part.ts";
import { joinSections, promptHead } from "./prompt-head.ts";
import type { KeptParts, PreparedPrompt, PromptRequest } from "./prompt-request.ts";
import type { TemplateSet } from "./template-set.ts";

export type Composing = {
  readonly templates: TemplateSet;
  readonly maxTokens: number;
  /** Loaded only where the prompt may be too long. */
  readonly counter: () => Promise<TokenCounter>;
};

/** Characters. So much is never rendered as a whole: it would be more than a template may make. */
const maxWhole = 1_000_000;

/** What a template adds for each part can't be known before it is rendered: so often it is tried with less. */
const maxPackings = 5;

/**
 * Makes a prompt within its budget of tokens: everything, or as much of it as fits by priority. Its head is put in front here, whatever
 * the template says.
 * @throws {TuttiError} `TEMPLATE_INVALID`
 */
export async function composePrompt(request: PromptRequest, composing: Composing): Promise<PreparedPrompt> {
  const { maxTokens } = composing;
  const composer = new Composer(request, composing.templates);
  const length = request.parts.reduce((sum, { text }) => sum + text.length, 0);
  if (length > maxWhole && maxTokens < Infinity) return composer.fit({ maxTokens, counter: await composing.counter() });
  const everything = packParts(request.parts, { maxTokens: Infinity, count: bySize.count });
  const text = composer.render(everything);
  if (mostTokens(text) <= maxTokens) return composer.prepared(text, everything, { maxTokens, counter: bySize });
  const counter = await composing.counter();
  const counted = packParts(request.parts, { maxTokens: Infinity, count: counter.count });
  if (counter.count(text) <= maxTokens) return composer.prepared(text, counted, { maxTokens, counter });
  return composer.fit({ maxTokens, counter });
}

type Budget = { readonly maxTokens: number; readonly counter: TokenCounter };

class Composer {
  readonly #request: PromptRequest;
  readonly #templates: TemplateSet;

  constructor(request: PromptRequest, templates: TemplateSet) {
    this.#request = request;
    this.#templates = templates;
  }

  render(parts: readonly PackedPart[]): string {
    const { kind, variants, head, variables } = this.#request;
    const { name } = this.#templates.choose(kind, variants);
    const body = this.#templates.render(name, variables(keptOf(parts))).trim();
    return joinSections(promptHead(head), body);
  }

  fit(budget: Budget): PreparedPrompt {
    const { maxTokens, counter } = budget;
    const { count } = counter;
    let partTokens = maxTokens;
    for (let packing = 1; packing <= maxPackings; packing += 1) {
      const parts = packParts(this.#request.parts, { maxTokens: partTokens, count });
      const text = this.render(parts);
      const tooMany = count(text) - maxTokens;
      if (tooMany <= 0) return this.prepared(text, parts, budget);
      partTokens -= tooMany;
    }
    const least = packParts(this.#request.parts, { maxTokens: 0, count });
    return this.prepared(this.render(least), least, budget);
  }

  prepared(text: string, parts: readonly PackedPart[], { maxTokens, counter }: Budget): PreparedPrompt {
    const { kind, variants } = this.#request;
    const tokens = counter.count(text);
    const account = {
      tokens,
      maxTokens,
      counter: counter.name,
      parts: parts.map(accountOf),
      isOverBudget: counter.name !== "size" && tokens > maxTokens,
    };
    return { kind, text, template: this.#templates.choose(kind, variants), account };
  }
}

const accountOf = ({ text: _kept, ...account }: PackedPart): PartAccount => account;

function keptOf(parts: readonly PackedPart[]): KeptParts {
  const kept = new Map(parts.filter(({ status }) => status !== "dropped").map(({ name, text }) => [name, text]));
  return { text: (name) => kept.get(name) ?? "", has: (name) => kept.has(name) };
}

/** A part of a prompt, unless there is nothing to say. */
export const partOf = (
  name: string,
  priority: PromptPart["priority"],
  text: string | undefined,
): readonly PromptPart[] => (text === undefined || text === "" ? [] : [{ name, priority, text }]);
