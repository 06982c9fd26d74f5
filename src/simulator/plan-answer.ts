import { auxiliaryKind, compactedText } from "./auxiliary-request.ts";
import { readConversation, type Conversation, type Prompt } from "./conversation.ts";
import { findRule, type FoundRule } from "./find-rule.ts";
import type { MessagesRequest } from "./messages-request.ts";
import { messageOf, textMessage, type ModelMessage } from "./model-message.ts";
import { callsTools, nextTurn, progressLine, type Script } from "./progress.ts";
import { saysOf } from "./render-turn.ts";
import { hasPromptLines, readPromptLines } from "./prompt-lines.ts";
import type { RequestFacts } from "./request-log.ts";
import type { Scenario, ScenarioFault, ScenarioTurn } from "./scenario-schema.ts";
import type { TemplateValues } from "./template.ts";

/** What to send, and what to do wrong before. */
export type Answer = {
  readonly facts: Omit<RequestFacts, "method" | "path" | "sessionId">;
  readonly message: ModelMessage;
  /** The scenario says what it has used. */
  readonly hasOwnUsage: boolean;
  readonly delayMs: number;
  readonly fault: ScenarioFault | undefined;
  /** Which fault this is, apart from whom it happens to. */
  readonly faultKey: string;
};

const closing: ScenarioTurn = { says: "Done." };
const noRule: readonly ScenarioTurn[] = [{ says: "The scenario has no rule for this prompt." }];

const plain = (kind: RequestFacts["kind"], message: ModelMessage): Answer => ({
  facts: { kind, model: message.model },
  message,
  hasOwnUsage: false,
  delayMs: 0,
  fault: undefined,
  faultKey: "",
});

type Found = {
  readonly prompt: Prompt;
  readonly conversation: Conversation;
  readonly script: Script & { readonly name: string };
  readonly values: TemplateValues;
  /** Index of the turn to answer. */
  readonly at: number;
};

function scriptOf(scenario: Scenario, { index, rule }: FoundRule): Pick<Found["script"], "rule" | "name" | "turns"> {
  if (rule === undefined || index === undefined) {
    return { rule: "x", name: "fallback", turns: scenario.fallback?.turns ?? noRule };
  }
  return { rule: index, name: rule.name ?? `#${index}`, turns: rule.turns };
}

function find(scenario: Scenario, request: MessagesRequest): Found | undefined {
  const conversation = readConversation(request);
  const found = findRule(scenario, conversation);
  if (found === undefined) return undefined;
  const { prompt } = found;
  const { role, task, attempt } = prompt.lines;
  const values = { cwd: conversation.cwd, role, task, attempt };
  const script = { ...scriptOf(scenario, found), says: (turn: ScenarioTurn) => saysOf(turn, values) };
  const next = nextTurn(conversation.messages, prompt.at, script);
  const at = next >= script.turns.length && isAskedAgain(prompt, conversation, script) ? script.turns.length - 1 : next;
  return { prompt, conversation, script, values, at };
}

/** A conversation that had ended is given its prompt again, as after a crash: what it came to is said again. */
function isAskedAgain(prompt: Prompt, { prompts, messages }: Conversation, { turns }: Pick<Script, "turns">): boolean {
  const latest = prompts.at(-1);
  const last = turns.at(-1);
  if (latest === undefined || latest.at <= prompt.at || last === undefined) return false;
  if (!hasPromptLines(readPromptLines(latest.text))) return false;
  const isUnanswered = latest.at > messages.findLastIndex(({ role }) => role === "assistant");
  return isUnanswered && (last.structured !== undefined || !callsTools(last));
}

function scripted(
  { prompt, conversation, script, values, at }: Found,
  tools: readonly string[],
  nonce: string,
): Answer {
  const turn = script.turns[at] ?? closing;
  const kind = script.rule === "x" ? "unmatched" : "turn";
  const { model } = conversation;
  return {
    facts: { kind, model, ...prompt.lines, rule: script.name, turn: at, tools, prompt: prompt.text.slice(0, 200) },
    message: messageOf(turn, values, { model, rule: script.rule, turn: at, nonce }),
    hasOwnUsage: turn.usage !== undefined,
    delayMs: turn.delayMs ?? 0,
    fault: turn.fault,
    faultKey: `${script.rule}/${at}`,
  };
}

function auxiliaryText(kind: ReturnType<typeof auxiliaryKind>, found: Found | undefined): string {
  if (kind === "title") return JSON.stringify({ title: "Simulated session", isNewTopic: false });
  if (kind !== "compaction" || found === undefined) return "ok";
  return compactedText(found.prompt, found.conversation, progressLine(found.script.rule, found.at));
}

/**
 * Decides what a request is answered with, from the scenario and the request alone.
 * @param nonce - makes the ids of this answer unique
 */
export function planAnswer(scenario: Scenario, request: MessagesRequest, nonce: string): Answer {
  const id = `msg_sim_${nonce}`;
  const kind = auxiliaryKind(request);
  const found = find(scenario, request);
  if (kind !== undefined) return plain("auxiliary", textMessage(id, request.model, auxiliaryText(kind, found)));
  if (found === undefined) return plain("unmatched", textMessage(id, request.model, "There is no prompt."));
  const tools = request.tools.map(({ name }) => name);
  return scripted(found, tools, nonce);
}
