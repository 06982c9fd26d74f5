import type { Conversation, Prompt } from "./conversation.ts";
import { activePrompt } from "./conversation.ts";
import type { Scenario, ScenarioMatch, ScenarioRule } from "./scenario-schema.ts";

const matchesText = ({ contains, matches }: ScenarioMatch, text: string): boolean =>
  (contains ?? []).every((part) => text.includes(part)) &&
  (matches === undefined || new RegExp(matches, "m").test(text));

function matchesPrompt(match: ScenarioMatch, { text, lines }: Prompt): boolean {
  if (match.role !== undefined && match.role !== "any" && match.role !== lines.role) return false;
  if (match.task !== undefined && !match.task.includes(lines.task ?? "")) return false;
  if (match.attempt !== undefined && match.attempt !== lines.attempt) return false;
  return matchesText(match, text);
}

const asksForText = ({ contains, matches }: ScenarioMatch): boolean => contains !== undefined || matches !== undefined;

export type FoundRule = {
  readonly prompt: Prompt;
  /** Position in the scenario; `undefined` when no rule matches. */
  readonly index: number | undefined;
  readonly rule: ScenarioRule | undefined;
};

/** The first rule that matches the conversation's active prompt. `undefined` when there is no prompt at all. */
export function findRule({ rules }: Scenario, { prompts, model, system }: Conversation): FoundRule | undefined {
  const isKnown = (candidate: Prompt): boolean =>
    rules.some(({ match }) => asksForText(match) && matchesPrompt(match, candidate));
  const prompt = activePrompt(prompts, isKnown);
  if (prompt === undefined) return undefined;
  const index = rules.findIndex(
    ({ match }) =>
      matchesPrompt(match, prompt) &&
      (match.model === undefined || model.includes(match.model)) &&
      (match.system ?? []).every((part) => system.includes(part)),
  );
  return index === -1 ? { prompt, index: undefined, rule: undefined } : { prompt, index, rule: rules[index] };
}
