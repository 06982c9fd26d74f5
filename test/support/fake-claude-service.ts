import type { Json } from "../../src/domain/json.ts";
import type { LlmSituation, ScriptedServer, SeenQuestion } from "../../src/testing/llm-conformance.ts";
import { play, schemaIn, sendError, type Tool } from "./fake-anthropic.ts";
import { loopbackServer, type Exchange } from "./loopback-server.ts";

type Block = { readonly type: string; readonly text: string };

type Body = Readonly<Record<string, unknown>> & {
  readonly model: string;
  readonly system: readonly Block[];
  readonly messages: readonly { readonly role: string; readonly content: string | readonly Block[] }[];
  readonly tools: readonly Tool[];
};

/** A question as the real Claude Code sends it, and the names of the tools that come with it. */
export type ClaudeQuestion = SeenQuestion & { readonly tools: readonly string[]; readonly text: string };

export type FakeClaudeService = ScriptedServer & {
  readonly url: string;
  readonly questions: readonly ClaudeQuestion[];
  /** Listens again, and forgets what it was asked. */
  readonly restart: () => Promise<void>;
};

/** What Claude Code talks to, with one model whose answers are scripted. */
export async function fakeClaudeService(): Promise<FakeClaudeService> {
  const [questions, complaints]: [ClaudeQuestion[], string[]] = [[], []];
  const apiKey = "sk-ant-0123456789abcdef";
  const usage = { inputTokens: 34, outputTokens: 5 };
  let situation: LlmSituation = { says: "yes" };
  const server = await loopbackServer(({ request, response, body: text }: Exchange) => {
    if (!request.url?.startsWith("/v1/messages?")) return sendError(response, 404, "no such route");
    if (request.headers["x-api-key"] !== apiKey) return sendError(response, 401, "invalid API key");
    const body: Body = JSON.parse(text);
    if (!body.model.startsWith("claude-haiku-")) return sendError(response, 404, `model: ${body.model}`);
    const tool = body.tools.find(({ name }) => name === "StructuredOutput");
    questions.push(questionOf(body, tool, text));
    play({ situation, response, model: body.model, tool, usage, key: apiKey });
  });
  return {
    url: server.url,
    apiKey,
    usage,
    questions,
    next: (to) => (situation = to),
    seen: () => questions.map(({ tools: _tools, text: _text, ...question }) => question),
    complaints: () => complaints,
    stop: server.stop,
    restart: async () => {
      await server.stop();
      await server.start();
      questions.length = 0;
    },
  };
}

/** What Claude Code adds to a prompt of its own accord. */
const isReminder = ({ text }: Block): boolean => /^\s*<(system-reminder|command-name|local-command-[a-z]+)>/.test(text);

/** Claude Code says who it is before the system prompt that it was given. */
const ownBlocks = 2;

function questionOf({ system, messages, tools }: Body, tool: Tool | undefined, text: string): ClaudeQuestion {
  const asked = messages
    .filter(({ role }) => role === "user")
    .map(({ content }) => textOf(content))
    .filter((said) => said !== "");
  const schema: Json | undefined = tool && schemaIn(tool);
  const given = textOf(system.slice(ownBlocks));
  return {
    prompt: asked.join("\n"),
    tools: tools.map(({ name }) => name),
    text,
    ...(given === "" ? {} : { system: given }),
    ...(schema === undefined ? {} : { schema }),
  };
}

function textOf(content: string | readonly Block[]): string {
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return blocks
    .filter((block) => !isReminder(block))
    .map(({ text }) => text)
    .join("\n");
}
