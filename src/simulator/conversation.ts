import { textOf, type MessagesRequest, type RequestMessage } from "./messages-request.ts";
import { hasPromptLines, readPromptLines, samePromptLines, type PromptLines } from "./prompt-lines.ts";

/** A message that a person (or Tutti) wrote, not the agent's own reminders and tool results. */
export type Prompt = {
  /** Index of its message in the transcript. */
  readonly at: number;
  readonly text: string;
  /** Its own lines, completed from the prompts before it and from the system prompt. */
  readonly lines: PromptLines;
};

/** What the simulator knows of a request's conversation. */
export type Conversation = {
  readonly model: string;
  /** The agent's working directory, where the agent says it. */
  readonly cwd: string | undefined;
  readonly prompts: readonly Prompt[];
  /** The agent's system prompt. */
  readonly system: string;
  readonly messages: readonly RequestMessage[];
};

/** Blocks that Claude Code adds under the user's name: each begins with one of these tags. */
const reminder = /^\s*<(system-reminder|task-notification|command-[a-z]+|local-command-[a-z]+|bash-[a-z]+)>/;

const promptText = ({ content }: RequestMessage): string =>
  textOf(content.filter(({ text }) => !reminder.test(text ?? ""))).trim();

function promptsOf(request: MessagesRequest, systemLines: PromptLines): Prompt[] {
  const prompts: Prompt[] = [];
  let known = systemLines;
  for (const [at, message] of request.messages.entries()) {
    const text = message.role === "user" ? promptText(message) : "";
    if (text === "") continue;
    known = { ...known, ...readPromptLines(text) };
    prompts.push({ at, text, lines: known });
  }
  return prompts;
}

/** A conversation that goes on elsewhere is told so: `Primary working directory: /b (was /a)`. */
const workingDirectory = /working directory: *(\S[^\n]*?)(?: \(was [^\n]*\))?\s*$/gim;

const lastDirectory = (text: string): string | undefined => [...text.matchAll(workingDirectory)].at(-1)?.[1];

export function readConversation(request: MessagesRequest): Conversation {
  const system = [textOf(request.system)];
  for (const message of request.messages) if (message.role === "system") system.push(textOf(message.content));
  const reminders = request.messages.filter(({ role }) => role === "user").map(({ content }) => textOf(content));
  const cwd = lastDirectory(system.join("\n")) ?? lastDirectory(reminders.join("\n"));
  const prompts = promptsOf(request, readPromptLines(system.join("\n")));
  return { model: request.model, cwd, prompts, system: system.join("\n"), messages: request.messages };
}

/**
 * The prompt that the agent works on now: the latest one with Tutti lines, else the latest that `isKnown` recognises,
 * else the first. A later prompt that repeats the same lines (a resumed session) continues the earlier one.
 */
export function activePrompt(prompts: readonly Prompt[], isKnown: (prompt: Prompt) => boolean): Prompt | undefined {
  const marked = prompts.filter(({ text }) => hasPromptLines(readPromptLines(text)));
  const latest = marked.at(-1);
  if (latest === undefined) return prompts.findLast(isKnown) ?? prompts[0];
  const other = marked.findLastIndex(({ lines }) => !samePromptLines(lines, latest.lines));
  return marked[other + 1];
}
