import type { PartAccount, PromptPart } from "./prompt-part.ts";
import { shortenText } from "./shorten-text.ts";

export type PackedPart = PartAccount & {
  /** What of it goes into the prompt; empty when dropped. */
  readonly text: string;
};

export type PackingLimits = {
  /** For all parts together. */
  readonly maxTokens: number;
  readonly count: (text: string) => number;
};

/**
 * Chooses what of the parts fits: what is required whole, then by priority, ties in the given order. The first part that does
 * not fit is shortened to what is left, or dropped; everything behind it is dropped, so that nothing goes before what matters more.
 * @returns as many parts as were given, in their order
 */
export function packParts(parts: readonly PromptPart[], { maxTokens, count }: PackingLimits): readonly PackedPart[] {
  const required = parts.filter(({ priority }) => priority === "required");
  let left = maxTokens - required.reduce((sum, { text }) => sum + count(text), 0);
  const packed = new Map<string, PackedPart>(required.map((part) => [part.name, whole(part, count(part.text))]));
  let isFull = false;
  for (const part of byPriority(parts)) {
    const fullTokens = count(part.text);
    if (!isFull && fullTokens <= left) packed.set(part.name, whole(part, fullTokens));
    else {
      packed.set(part.name, isFull ? dropped(part, fullTokens) : squeezed(part, left, count));
      isFull = true;
    }
    left -= packed.get(part.name)?.tokens ?? 0;
  }
  return parts.flatMap(({ name }) => packed.get(name) ?? []);
}

const byPriority = (parts: readonly PromptPart[]): readonly PromptPart[] =>
  parts.filter(({ priority }) => priority !== "required").toSorted((a, b) => rankOf(b) - rankOf(a));

const rankOf = ({ priority }: PromptPart): number => (priority === "required" ? Infinity : priority);

const whole = ({ name, priority, text, cutBefore }: PromptPart, tokens: number): PackedPart => ({
  name,
  priority,
  text,
  tokens,
  fullTokens: tokens,
  ...(cutBefore === undefined ? { status: "kept" } : { status: "shortened", reason: cutBefore }),
});

const dropped = ({ name, priority }: PromptPart, fullTokens: number): PackedPart => ({
  name,
  priority,
  status: "dropped",
  text: "",
  tokens: 0,
  fullTokens,
  reason: "the budget was used up by what matters more",
});

function squeezed(part: PromptPart, left: number, count: PackingLimits["count"]): PackedPart {
  const { name, priority } = part;
  const fullTokens = count(part.text);
  const text = shortenText(part.text, left, count);
  if (text === undefined) return dropped(part, fullTokens);
  const reason = `only ${left} tokens of the budget were left`;
  return { name, priority, status: "shortened", text, tokens: count(text), fullTokens, reason };
}
