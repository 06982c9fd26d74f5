import type { LlmFailure } from "./port.ts";

export type ServerName = {
  /** For people: `Ollama`. */
  readonly name: string;
  readonly baseUrl: string;
  /** What to do when nobody listens there. */
  readonly startHint: string;
};

/** An address without a login in it. */
export function shownUrl(baseUrl: string): string {
  const url = urlOf(baseUrl);
  if (url === undefined) return baseUrl;
  const { origin, pathname } = url;
  return `${origin}${pathname === "/" ? "" : pathname}`;
}

/** `fetch` sends nothing to an address with a login, and says it in full. */
function hasLogin(baseUrl: string): boolean {
  const { username = "", password = "" } = urlOf(baseUrl) ?? {};
  return `${username}${password}` !== "";
}

/** `OLLAMA_HOST` may be a host and a port alone. */
function urlOf(baseUrl: string): URL | undefined {
  const whole = /^[a-z]+:\/\//i.test(baseUrl) ? baseUrl : `http://${baseUrl}`;
  return URL.canParse(whole) ? new URL(whole) : undefined;
}

const loginHint = "Take it out of the address; supervisor.apiKeyEnv names the variable of a key";

/** Nothing came back that is an answer of HTTP. */
export function noAnswer(thrown: unknown, { name, baseUrl, startHint }: ServerName): LlmFailure {
  if (hasLogin(baseUrl)) {
    return {
      kind: "refused",
      message: `the address of ${name} holds a login, and no request can be sent there`,
      hint: loginHint,
    };
  }
  const message = `${name} does not answer at ${shownUrl(baseUrl)} (${reasonOf(thrown)})`;
  return { kind: "unavailable", message, hint: startHint };
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection cut",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no such host",
  ETIMEDOUT: "timed out",
  UND_ERR_SOCKET: "connection cut",
};

/** The innermost reason: clients wrap what the socket said. */
function reasonOf(thrown: unknown, depth = 0): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const code = "code" in thrown && typeof thrown.code === "string" ? words[thrown.code] : undefined;
  if (code !== undefined) return code;
  const inner = thrown instanceof AggregateError ? (thrown.errors[0] as unknown) : thrown.cause;
  return inner === undefined || depth > 4 ? thrown.message : reasonOf(inner, depth + 1);
}

const shownChars = 400;

/** What a server says, as one line that is not too long. */
export function toldLine(message: string): string {
  const line = message.replaceAll(/\s+/g, " ").trim();
  return line.length > shownChars ? `${line.slice(0, shownChars)}…` : line;
}

export type ErrorStatus = {
  readonly status: number;
  /** The server's words, one line. */
  readonly message: string;
  /** Value of the header `retry-after`, in seconds or as a date. */
  readonly retryAfter?: string | null;
};

/** What a server refuses with a status means for the question. */
export function statusFailure({ status, message, retryAfter }: ErrorStatus, { name }: ServerName): LlmFailure {
  const kind = kindOf(status);
  const retryAfterMs = retryAfterOf(retryAfter);
  return {
    kind,
    message: `${name} answered ${status}: ${message}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function kindOf(status: number): LlmFailure["kind"] {
  if (status === 429) return "rate-limited";
  // 408 and 409 are for a moment; 529 is Anthropic's "overloaded".
  return status >= 500 || status === 408 || status === 409 ? "unavailable" : "refused";
}

function retryAfterOf(value: string | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : undefined;
}

/** The status in an error of a client library; `undefined` = nothing came back. */
export function statusInError(thrown: Error): ErrorStatus | undefined {
  if (!("status" in thrown) || typeof thrown.status !== "number") return undefined;
  const headers = "headers" in thrown && thrown.headers instanceof Headers ? thrown.headers : undefined;
  const words = "apiMessage" in thrown && typeof thrown.apiMessage === "string" ? thrown.apiMessage : thrown.message;
  return {
    status: thrown.status,
    message: words.replace(/^\d+ /, ""),
    retryAfter: headers?.get("retry-after") ?? null,
  };
}
