import type { IncomingMessage } from "node:http";

/** Of `POST /api/chat`, by https://github.com/ollama/ollama/blob/main/docs/api.md. */
export type ChatBody = {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream?: boolean;
  readonly format?: "json" | Readonly<Record<string, unknown>>;
  readonly keep_alive?: string | number;
  readonly options?: Readonly<Record<string, unknown>>;
};

const fields = new Set(["model", "messages", "stream", "format", "keep_alive", "options", "tools", "think"]);
const roles = new Set(["system", "user", "assistant", "tool"]);
const duration = /^-?\d+(\.\d+)?(ns|us|ms|s|m|h)/;

/** Of the options that the documentation lists, those that are whole numbers and those that need not be. */
const wholeOptions = new Set([
  "num_ctx",
  "num_predict",
  "seed",
  "top_k",
  "num_keep",
  "repeat_last_n",
  "num_gpu",
  "num_thread",
]);
const otherOptions = new Set([
  "temperature",
  "top_p",
  "min_p",
  "repeat_penalty",
  "presence_penalty",
  "frequency_penalty",
]);

/** What the documentation does not allow in a request; `undefined` = it is as it should be. */
export function requestProblem({ headers }: IncomingMessage, body: ChatBody): string | undefined {
  if (headers["content-type"] !== "application/json") return `content-type is ${headers["content-type"]}`;
  const unknown = Object.keys(body).find((name) => !fields.has(name));
  if (unknown !== undefined) return `unknown field "${unknown}"`;
  if (typeof body.model !== "string" || body.model === "") return "model is required";
  return messagesProblem(body) ?? formatProblem(body) ?? keepAliveProblem(body) ?? optionsProblem(body);
}

function messagesProblem({ messages }: ChatBody): string | undefined {
  if (messages === undefined || messages.length === 0) return "messages is required";
  const isGood = ({ role, content }: ChatBody["messages"][number]): boolean =>
    roles.has(role) && typeof content === "string";
  const bad = messages.findIndex((message) => !isGood(message));
  return bad === -1 ? undefined : `messages[${bad}] needs a known role and a text`;
}

function formatProblem({ format }: ChatBody): string | undefined {
  if (format === undefined || format === "json") return undefined;
  if (typeof format !== "object" || format === null) return "format is json or a JSON schema";
  return "type" in format || "anyOf" in format || "oneOf" in format || "$ref" in format || "enum" in format
    ? undefined
    : "format is no JSON schema";
}

/** A text without a unit is refused by the real one: `time: missing unit in duration`. */
function keepAliveProblem({ keep_alive: keepAlive }: ChatBody): string | undefined {
  if (keepAlive === undefined || typeof keepAlive === "number") return undefined;
  return duration.test(keepAlive) ? undefined : `keep_alive: missing unit in duration "${keepAlive}"`;
}

function optionsProblem({ options = {} }: ChatBody): string | undefined {
  for (const [name, value] of Object.entries(options)) {
    if (!wholeOptions.has(name) && !otherOptions.has(name)) return `invalid option "${name}"`;
    if (typeof value !== "number") return `option "${name}" must be a number`;
    if (wholeOptions.has(name) && !Number.isInteger(value)) return `option "${name}" must be of type integer`;
  }
  return undefined;
}
