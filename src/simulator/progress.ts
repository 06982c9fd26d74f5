import { textOf, type RequestMessage } from "./messages-request.ts";
import type { ScenarioTurn } from "./scenario-schema.ts";

/** Position of a rule in the scenario; the fallback is `x`. */
export type RuleKey = number | "x";

/** Which turn of which rule an answer is; the nonce makes its ids unique. */
export type TurnAddress = { readonly rule: RuleKey; readonly turn: number; readonly nonce: string };

/**
 * The tool-use ids that the simulator sends say which scripted turn they belong to. So the transcript itself tells how far
 * the script has come, whatever the agent adds to it or drops from it.
 */
export const toolUseId = (
  { rule, turn, nonce }: TurnAddress,
  { call, calls }: { readonly call: number; readonly calls: number },
): string => `toolu_sim_${rule}_${turn}_${call}-${calls}_${nonce}`;

const minted = /^toolu_sim_(?<rule>\d+|x)_(?<turn>\d+)_(?<call>\d+)-(?<calls>\d+)_(?<nonce>.+)$/;

/**
 * What Claude Code answers, in a conversation that it resumes, for a call that its death or an interrupt left without a
 * result; one that ends with its input kills its commands and notes how they ended.
 */
const interrupted = /interrupted|doesn't want to (proceed|take)|result missing|^"?exit code (137|143)\b/i;

function wasInterrupted({ type, is_error: isError, content }: RequestMessage["content"][number]): boolean {
  if (type !== "tool_result" || isError !== true) return false;
  return interrupted.test(typeof content === "string" ? content : JSON.stringify(content ?? ""));
}

/** The calls whose outcome the model was told is unknown: it would make them again. */
const interruptedCalls = (messages: readonly RequestMessage[]): ReadonlySet<string | undefined> =>
  new Set(messages.flatMap(({ content }) => content.filter(wasInterrupted).map((block) => block.tool_use_id)));

/** Collects the calls of a rule's answers: an agent that dies between two calls of one answer keeps only the first. */
class MadeCalls {
  readonly #rule: RuleKey;
  readonly #byAnswer = new Map<string, Set<string>>();

  constructor(rule: RuleKey) {
    this.#rule = rule;
  }

  /** @returns the turn that is complete with this call; -1 when none is */
  add(id: string | undefined): number {
    const { rule, turn, call, calls, nonce } = minted.exec(id ?? "")?.groups ?? {};
    if (rule !== String(this.#rule) || call === undefined) return -1;
    const answer = `${turn}/${nonce}`;
    const made = (this.#byAnswer.get(answer) ?? new Set()).add(call);
    this.#byAnswer.set(answer, made);
    return made.size === Number(calls) ? Number(turn) : -1;
  }
}

/** Stands in a compacted conversation for the tool calls that are gone from it. */
export const progressLine = (rule: RuleKey, turn: number): string => `Simulated progress: ${rule}/${turn}`;

function carriedOver(message: RequestMessage | undefined, rule: RuleKey): number {
  const found = /^Simulated progress: (\d+|x)\/(\d+)$/m.exec(message === undefined ? "" : textOf(message.content));
  return found !== null && found[1] === String(rule) ? Number(found[2]) : 0;
}

export const callsTools = (turn: ScenarioTurn): boolean =>
  [turn.reads, turn.edits, turn.writes, turn.runs, turn.tools, turn.structured].some((calls) => calls !== undefined);

export type Script = {
  readonly rule: RuleKey;
  readonly turns: readonly ScenarioTurn[];
  /** The text of a turn, as it was sent. */
  readonly says: (turn: ScenarioTurn) => string;
};

/**
 * The index of the turn to answer next.
 *
 * A turn with tool calls counts once all of them stand in the transcript; a turn of text only counts once an answer with
 * just that text follows. A turn with a call that was interrupted, or never made, is made again. Anything else in the transcript (reminders,
 * synthetic answers, halves of a cut stream) is ignored.
 * @param start - index of the prompt's message: only what follows counts
 */
export function nextTurn(messages: readonly RequestMessage[], start: number, { rule, turns, says }: Script): number {
  let next = carriedOver(messages[start], rule);
  const unknown = interruptedCalls(messages);
  const made = new MadeCalls(rule);
  for (const { role, content } of messages.slice(start + 1)) {
    if (role !== "assistant") continue;
    const calls = content.filter(({ type }) => type === "tool_use");
    if (calls.some(({ id }) => unknown.has(id))) continue;
    const highest = Math.max(-1, ...calls.map(({ id }) => made.add(id)));
    const awaited = turns[next];
    if (highest >= 0) next = Math.max(next, highest + 1);
    else if (awaited !== undefined && !callsTools(awaited) && textOf(content).trim() === says(awaited).trim())
      next += 1;
  }
  return next;
}
