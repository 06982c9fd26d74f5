import type { BreakpointKind } from "./answers.ts";
import { evaluateCondition, factText, type Surroundings } from "./evaluate-condition.ts";
import { isFactName } from "./facts.ts";
import type { BreakpointRule, Condition, RuleAction } from "./rule.ts";

export type RuleVerdict = {
  readonly action: RuleAction;
  readonly rule: string;
  /** Its message with the facts filled in. */
  readonly message: string | undefined;
  readonly timeoutMs: number | undefined;
};

export type Occasion = Omit<Surroundings, "isStrict"> & { readonly kind: BreakpointKind };

/**
 * What the rules say: the one with the highest priority that fits. Among equals one that asks or denies goes before one that
 * approves; otherwise the first in the file.
 *
 * It fails closed: a rule that approves has to hold for certain; one that asks or denies holds unless it certainly does not.
 * @returns `undefined` when no rule fits
 */
export function applyRules(rules: readonly BreakpointRule[], occasion: Occasion): RuleVerdict | undefined {
  const fitting = rules.filter((rule) => rule.on.includes(occasion.kind) && holds(rule, occasion));
  const highest = Math.max(...fitting.map(({ priority }) => priority));
  const equals = fitting.filter(({ priority }) => priority === highest);
  const winner = equals.find(({ action }) => action !== "approve") ?? equals[0];
  if (winner === undefined) return undefined;
  const { action, name, message, timeoutMs } = winner;
  return { action, rule: name, message: message && fillIn(message, occasion), timeoutMs };
}

function holds({ action, when = {} }: BreakpointRule, occasion: Occasion): boolean {
  const truth = evaluateCondition(when, { ...occasion, isStrict: action === "approve" });
  return action === "approve" ? truth === true : truth !== false;
}

export const placeholder = /\{\{\s*([A-Za-z]+)\s*\}\}/g;

const fillIn = (message: string, { facts }: Occasion): string =>
  message.replaceAll(placeholder, (_whole, name: string) => factText(isFactName(name) ? facts[name] : undefined));

/** Names of the plugins' evaluators that the rules of a kind ask. */
export const customsOf = (rules: readonly BreakpointRule[], kind?: BreakpointKind): readonly string[] => [
  ...new Set(
    rules
      .filter(({ on }) => kind === undefined || on.includes(kind))
      .flatMap(({ when }) => (when === undefined ? [] : customsIn(when))),
  ),
];

const customsIn = ({ all = [], any = [], not, custom }: Condition): readonly string[] => [
  ...(custom === undefined ? [] : [custom]),
  ...[...all, ...any, ...(not === undefined ? [] : [not])].flatMap(customsIn),
];
