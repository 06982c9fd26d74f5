import type { Conversation, Prompt } from "./conversation.ts";
import { textOf, type MessagesRequest } from "./messages-request.ts";

/**
 * The agent's own side questions, which no scenario should have to script. As seen in Claude Code 2.1:
 *
 * - `probe` a request for one token, to see whether the account works
 * - `title` a name for the session: no tools, and a result schema with a title
 * - `compaction` a summary that replaces the conversation
 */
export type AuxiliaryKind = "probe" | "title" | "compaction";

const asksForTitle = (request: MessagesRequest): boolean =>
  request.tools.length === 0 &&
  (request.output_config?.format?.schema?.properties?.["title"] !== undefined ||
    /naming a coding session|isNewTopic/.test(textOf(request.system)));

const asksForSummary = ({ messages }: MessagesRequest): boolean =>
  /Your task is to create a detailed summary of/.test(
    textOf(messages.findLast(({ role }) => role === "user")?.content ?? []),
  );

export function auxiliaryKind(request: MessagesRequest): AuxiliaryKind | undefined {
  if (request.max_tokens !== undefined && request.max_tokens <= 1) return "probe";
  if (asksForTitle(request)) return "title";
  return asksForSummary(request) ? "compaction" : undefined;
}

/** What must survive a compaction, so that the script goes on where it was. */
export function compactedText(prompt: Prompt, { cwd }: Conversation, progress: string): string {
  const { role, task, attempt } = prompt.lines;
  const lines = [
    ...(role === undefined ? [] : [`Tutti role: ${role}`]),
    ...(task === undefined ? [] : [`Tutti task: ${task}`]),
    ...(attempt === undefined ? [] : [`Tutti attempt: ${attempt}`]),
    prompt.text,
    ...(cwd === undefined ? [] : [`Working directory: ${cwd}`]),
    progress,
  ];
  return `<analysis>Simulated.</analysis>\n<summary>\n${lines.join("\n")}\n</summary>`;
}
