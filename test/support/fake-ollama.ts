import type { ServerResponse } from "node:http";

import type { Json } from "../../src/domain/json.ts";
import type { SupervisorPurpose } from "../../src/domain/supervisor/interaction.ts";
import { requestProblem, type ChatBody } from "./fake-ollama-protocol.ts";
import { loopbackServer, piecesOf, sendJson, type Exchange } from "./loopback-server.ts";

/** What the scripted model is asked. */
export type OllamaQuestion = {
  readonly model: string;
  readonly system: string;
  readonly prompt: string;
  /** Of a supervisor's question, read from its system prompt; absent for others. */
  readonly purpose: SupervisorPurpose | undefined;
  readonly format: ChatBody["format"];
  readonly body: ChatBody;
};

export type ScriptedAnswer = {
  /** Default: any purpose. */
  readonly purpose?: SupervisorPurpose;
  /** Looked for in the prompt. Default: any prompt. */
  readonly matching?: RegExp;
  /** Answers so often, then the next rule has its turn. Default: always. */
  readonly times?: number;
} & (
  | { readonly answer: Json | ((question: OllamaQuestion) => Json) }
  /** An HTTP error instead of an answer. */
  | { readonly status: number; readonly error?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Takes the question and says nothing. */
  | { readonly hangs: true }
  /** Stops at the token limit after these words. */
  | { readonly cutAfter: string }
  /** The connection ends after these words. */
  | { readonly breaksAfter: string }
);

export type FakeOllama = {
  /** For `supervisor.baseUrl`. The same after `stop` and `start`. */
  readonly url: string;
  /** In order of arrival. */
  readonly questions: readonly OllamaQuestion[];
  /** Requests that Ollama's documentation does not allow, and questions that no rule is for. Expect it to be empty. */
  readonly complaints: readonly string[];
  /** Nobody listens any more: as when the person ends Ollama. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type FakeOllamaOptions = {
  /** Default: `judge`. */
  readonly models?: readonly string[];
  /** The first that fits answers. */
  readonly answers?: readonly ScriptedAnswer[];
  /** When given, requests must carry it. */
  readonly apiKey?: string;
};

/**
 * An Ollama on 127.0.0.1 whose model is scripted. It refuses what the real one would refuse, and what its documentation does not
 * know: `complaints` names it.
 */
export async function fakeOllama({
  models = ["judge"],
  answers = [],
  apiKey,
}: FakeOllamaOptions = {}): Promise<FakeOllama> {
  const questions: OllamaQuestion[] = [];
  const complaints: string[] = [];
  const uses = new Map<ScriptedAnswer, number>();
  const ruleFor = (question: OllamaQuestion): ScriptedAnswer | undefined => {
    const rule = answers.find((one) => fits(one, question) && (uses.get(one) ?? 0) < (one.times ?? Infinity));
    if (rule !== undefined) uses.set(rule, (uses.get(rule) ?? 0) + 1);
    return rule;
  };
  const refuse = (response: ServerResponse, status: number, error: string): void => {
    complaints.push(error);
    sendJson(response, status, { error });
  };
  const chat = ({ request, response, body: text }: Exchange): void => {
    const body: ChatBody = JSON.parse(text);
    const problem = requestProblem(request, body);
    if (problem !== undefined) return refuse(response, 400, problem);
    if (!models.some((name) => tagged(name) === tagged(body.model))) {
      return sendJson(response, 404, { error: `model '${body.model}' not found` });
    }
    const question = questionOf(body);
    questions.push(question);
    const rule = ruleFor(question);
    if (rule === undefined) return refuse(response, 500, `no rule for: ${question.prompt.slice(0, 200)}`);
    play({ rule, question, response });
  };
  const server = await loopbackServer((exchange) => {
    const { request, response } = exchange;
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
      return sendJson(response, 401, { error: "unauthorized" });
    }
    const route = `${request.method} ${request.url}`;
    if (route === "POST /api/chat") return chat(exchange);
    if (route === "GET /api/tags") return sendJson(response, 200, { models: models.map(listed) });
    return refuse(response, 404, `no such route: ${route}`);
  });
  return { ...server, questions, complaints, close: server.stop };
}

const fits = ({ purpose, matching }: ScriptedAnswer, question: OllamaQuestion): boolean =>
  (purpose === undefined || purpose === question.purpose) && (matching === undefined || matching.test(question.prompt));

function questionOf(body: ChatBody): OllamaQuestion {
  const said = (role: string): string =>
    body.messages.flatMap((message) => (message.role === role ? [message.content] : [])).join("\n");
  const system = said("system");
  const purpose = /^Purpose: (\w+)\.$/m.exec(system)?.[1] as SupervisorPurpose | undefined;
  return { model: body.model, system, prompt: said("user"), purpose, format: body.format, body };
}

type Scene = { readonly rule: ScriptedAnswer; readonly question: OllamaQuestion; readonly response: ServerResponse };

function play({ rule, question, response }: Scene): void {
  if ("hangs" in rule) return;
  if ("status" in rule) {
    for (const [name, value] of Object.entries(rule.headers ?? {})) response.setHeader(name, value);
    return sendJson(response, rule.status, { error: rule.error ?? "scripted" });
  }
  const words = wordsOf(rule, question);
  const pieces = piecesOf(words);
  const base = { model: question.model, created_at: "2026-01-01T00:00:00Z" };
  const line = (part: object): void => void response.write(`${JSON.stringify({ ...base, ...part })}\n`);
  response.setHeader("content-type", "application/x-ndjson");
  for (const content of pieces) line({ message: { role: "assistant", content }, done: false });
  if ("breaksAfter" in rule) return void response.destroy();
  line({
    message: { role: "assistant", content: "" },
    done: true,
    done_reason: "cutAfter" in rule ? "length" : "stop",
    total_duration: 1_000_000,
    load_duration: 1_000,
    prompt_eval_count: Math.ceil(question.prompt.length / 4),
    prompt_eval_duration: 1_000,
    eval_count: pieces.length,
    eval_duration: 1_000,
  });
  response.end();
}

function wordsOf(rule: ScriptedAnswer, question: OllamaQuestion): string {
  if ("cutAfter" in rule) return rule.cutAfter;
  if ("breaksAfter" in rule) return rule.breaksAfter;
  if (!("answer" in rule)) return "";
  const answer = typeof rule.answer === "function" ? rule.answer(question) : rule.answer;
  return typeof answer === "string" ? answer : JSON.stringify(answer);
}

const tagged = (model: string): string => (model.includes(":") ? model : `${model}:latest`);

const listed = (name: string) => ({
  name: tagged(name),
  model: tagged(name),
  modified_at: "2026-01-01T00:00:00Z",
  size: 1,
  digest: "0",
  details: { format: "gguf", family: "llama", parameter_size: "8B", quantization_level: "Q4_0" },
});
