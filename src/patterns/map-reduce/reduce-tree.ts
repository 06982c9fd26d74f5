import { bySize } from "../../domain/prompt/estimate-tokens.ts";
import { cutMark, shortenText } from "../../domain/prompt/shorten-text.ts";
import { dataBlock } from "../../domain/workflow/forward.ts";

/** What one call of the reducer may be given. */
export type ReduceLimits = {
  /** For all parts of one call together, by the estimate of four bytes a token. */
  readonly maxTokens: number;
  /** Parts in one call. */
  readonly fanIn: number;
};

/** A result on its way to the root. */
export type Part = {
  /** Positions of the items that it stands for, in order. */
  readonly items: readonly number[];
  /** As a reducer is shown it. */
  readonly text: string;
  /** Tokens that it had before it was shortened. */
  readonly shortenedFrom?: number;
};

export type PartText = { readonly heading: string; readonly text: string };

/**
 * A part as a reducer is shown it. It takes no more than half of what one call may be given, so that any two fit together and
 * each level has at most half as many parts as the one before, rounded up.
 */
export function partOf(items: readonly number[], { heading, text }: PartText, { maxTokens }: ReduceLimits): Part {
  const framed = (content: string): string => `${dataBlock(heading, content)}\n`;
  const fullTokens = bySize.count(framed(text));
  const limit = Math.floor(maxTokens / 2);
  if (fullTokens <= limit) return { items, text: framed(text) };
  const kept = shortenText(text, limit, (content) => bySize.count(framed(content)));
  return { items, text: framed(kept ?? cutMark), shortenedFrom: fullTokens };
}

/** Packs parts in their order, as many as fit into each group. @returns groups of positions */
export function packGroups(
  sizes: readonly number[],
  { maxTokens, fanIn }: ReduceLimits,
): readonly (readonly number[])[] {
  const groups: number[][] = [];
  let tokens = 0;
  for (const [index, size] of sizes.entries()) {
    const group = groups.at(-1);
    if (group === undefined || group.length >= fanIn || tokens + size > maxTokens) {
      groups.push([index]);
      tokens = size;
    } else {
      group.push(index);
      tokens += size;
    }
  }
  return groups;
}

/** The parts of one call. */
export type Group = {
  readonly parts: readonly Part[];
  /** From 1. */
  readonly level: number;
  /** It has everything: what comes of it is the result. */
  readonly isFinal: boolean;
};

export type ReduceSteps<T> = {
  readonly limits: ReduceLimits;
  /** Reduces the groups of one level. @returns one for each, in their order */
  readonly reduceAll: (groups: readonly Group[]) => Promise<readonly { readonly value: T }[]>;
  readonly textOf: (value: T, items: readonly number[]) => PartText;
};

export type Reduction<T> = { readonly value: T; readonly levels: number; readonly calls: number };

/**
 * Reduces level by level until one result stands for everything. A part that is alone in its group goes up as it is.
 * @param leaves - one at least
 */
export async function reduceTree<T>(leaves: readonly Part[], steps: ReduceSteps<T>): Promise<Reduction<T>> {
  let parts = leaves;
  let calls = 0;
  for (let level = 1; ; level += 1) {
    const groups = groupsOf(parts, steps.limits);
    const isFinal = groups.length === 1;
    const toReduce = groups.filter((group) => isFinal || group.length > 1);
    const results = await steps.reduceAll(toReduce.map((group) => ({ parts: group, level, isFinal })));
    calls += toReduce.length;
    const [only] = results;
    if (isFinal && only !== undefined) return { value: only.value, levels: level, calls };
    parts = nextLevel(groups, [...results], steps);
  }
}

function nextLevel<T>(
  groups: readonly (readonly Part[])[],
  results: { readonly value: T }[],
  { limits, textOf }: ReduceSteps<T>,
): readonly Part[] {
  return groups.flatMap((group) => {
    const result = group.length > 1 ? results.shift() : undefined;
    if (result === undefined) return group;
    const items = group.flatMap((part) => part.items);
    return [partOf(items, textOf(result.value, items), limits)];
  });
}

function groupsOf(parts: readonly Part[], limits: ReduceLimits): readonly (readonly Part[])[] {
  const sizes = parts.map(({ text }) => bySize.count(text));
  return packGroups(sizes, limits).map((group) => group.flatMap((index) => parts[index] ?? []));
}
