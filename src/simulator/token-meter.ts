import { createHash } from "node:crypto";

import type { MessagesRequest, RequestMessage } from "./messages-request.ts";
import type { TurnUsage } from "./scenario-schema.ts";

/** Of English and code with the tokenizers of today's models; a real server's count differs by some tenths. */
const charactersPerToken = 4;

/** As the Messages API documents its prompt cache. */
const cacheLifeMs = 300_000;
const fewestCachedTokens = 1024;
const lookBackBlocks = 20;

export const countTokens = (value: unknown): number => Math.ceil(JSON.stringify(value).length / charactersPerToken);

export type PromptTokens = Omit<TurnUsage, "outputTokens">;

type Prefix = { readonly digest: string; readonly tokens: number; readonly isBreakpoint: boolean };

/**
 * Counts what requests hold, and what of it a prompt cache would have held already: prefixes of tools, system prompt and messages that
 * an earlier request to the same model marked with `cache_control` within the last five minutes.
 */
export class TokenMeter {
  readonly #heldUntil = new Map<string, number>();

  /** @param nowMs - since the Unix epoch; never smaller than at the call before */
  meter(request: MessagesRequest, nowMs: number): PromptTokens {
    const prefixes = prefixesOf(request);
    const breakpoints = prefixes.flatMap(({ isBreakpoint }, index) => (isBreakpoint ? [index] : []));
    const total = prefixes.at(-1)?.tokens ?? 0;
    const read = this.#longestHeld(prefixes, breakpoints, nowMs);
    const written = Math.max(read, ...breakpoints.map((at) => cacheable(prefixes[at])));
    for (const at of breakpoints) this.#hold(prefixes[at], nowMs);
    return { inputTokens: total - written, cacheReadTokens: read, cacheWriteTokens: written - read };
  }

  #longestHeld(prefixes: readonly Prefix[], breakpoints: readonly number[], nowMs: number): number {
    const near = breakpoints.flatMap((at) => prefixes.slice(Math.max(0, at - lookBackBlocks), at + 1));
    const held = near.filter(({ digest }) => (this.#heldUntil.get(digest) ?? 0) > nowMs);
    // What is used lives on.
    for (const { digest } of held) this.#heldUntil.set(digest, nowMs + cacheLifeMs);
    return Math.max(0, ...held.map(({ tokens }) => tokens));
  }

  #hold(prefix: Prefix | undefined, nowMs: number): void {
    if (prefix !== undefined && cacheable(prefix) > 0) this.#heldUntil.set(prefix.digest, nowMs + cacheLifeMs);
  }
}

const cacheable = (prefix: Prefix | undefined): number =>
  prefix === undefined || prefix.tokens < fewestCachedTokens ? 0 : prefix.tokens;

function prefixesOf({ model, tools, system, messages }: MessagesRequest): readonly Prefix[] {
  const blocks = [...tools, ...system, ...messages.flatMap(blocksOf)];
  const prefixes: Prefix[] = [];
  let [digest, tokens] = [model, 0];
  for (const block of blocks) {
    const { cache_control: mark, ...content } = { cache_control: undefined, ...block };
    digest = createHash("sha256")
      .update(`${digest}\n${JSON.stringify(content)}`)
      .digest("hex");
    tokens += countTokens(content);
    prefixes.push({ digest, tokens, isBreakpoint: mark !== undefined && mark !== null });
  }
  return prefixes;
}

/** The role belongs to what is cached: the same text of another speaker is another prompt. */
const blocksOf = ({ role, content }: RequestMessage) => content.map((block) => ({ role, ...block }));
