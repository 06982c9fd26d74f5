import { describe, expect, it } from "./vitest.ts";

import type { Json, JsonObject } from "../domain/json.ts";
import type { LlmAdapter, LlmAnswer, LlmRequest } from "../llms/port.ts";

/** What the server behind an adapter does with every question from now on. */
export type LlmSituation =
  | { readonly says: Json }
  | { readonly status: number; readonly retryAfterSeconds?: number }
  | { readonly hangs: true }
  /** Stops at the token limit after these words. */
  | { readonly cutAfter: string }
  /** The connection ends after these words. */
  | { readonly breaksAfter: string };

/** A question as it has arrived. */
export type SeenQuestion = { readonly system?: string; readonly prompt: string; readonly schema?: Json };

/** A server whose answers are scripted. */
export type ScriptedServer = {
  readonly next: (situation: LlmSituation) => void;
  readonly seen: () => readonly SeenQuestion[];
  /** Requests that the protocol's documentation does not allow. */
  readonly complaints: () => readonly string[];
  /** What the server counts for each answer. */
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  /** The key that the adapter was given; refused with 401 when it is another one. */
  readonly apiKey: string;
  /** Nobody listens any more. */
  readonly stop: () => Promise<void>;
};

export type LlmUnderTest = {
  readonly adapter: LlmAdapter;
  /** One that is there. */
  readonly model: string;
  /** Absent for a model in this process: what is said of servers is not asked of it then. */
  readonly server?: ScriptedServer;
  readonly remove: () => Promise<void>;
};

export type ServedLlm = LlmUnderTest & { readonly server: ScriptedServer };

const verdict: JsonObject = {
  type: "object",
  properties: { score: { type: "number", minimum: 0, maximum: 1 }, isGood: { type: "boolean" } },
  required: ["isGood"],
  additionalProperties: false,
};

/** Each body proves one numbered promise of `LlmAdapter`, whatever is behind it. The record is the whole contract. */
const promises: Readonly<Record<string, (under: LlmUnderTest) => Promise<void>>> = {
  "LLM-01 an answer has its text, the model, the tokens that were used and the time it took": async (under) => {
    under.server?.next({ says: "It is good." });
    const answer = await ask(under);
    // A model in this process says what it likes, and may not come to an end.
    if (under.server === undefined && answer.status === "failed") return expect(answer.failure.kind).toBe("truncated");
    expect(answer).toMatchObject({ status: "answered", text: expect.any(String), model: expect.any(String) });
    expect(usageOf(answer)?.inputTokens).toBeGreaterThan(0);
    expect(answer.durationMs).toBeGreaterThanOrEqual(0);
  },
  "LLM-02 an answer to a schema has a value that the schema allows, or it is a failure": async (under) => {
    under.server?.next({ says: { score: 1, isGood: true } });
    const answer = await ask(under, { schema: verdict, maxOutputTokens: 60 });
    if (answer.status === "failed") return expect(["malformed", "truncated"]).toContain(answer.failure.kind);
    expect(answer.value).toMatchObject({ isGood: expect.any(Boolean) });
  },
  "LLM-03 the pieces of the text are the text": async (under) => {
    under.server?.next({ says: "One. Two. Three, and a little more than fits into one piece." });
    const pieces: string[] = [];
    const answer = await ask(under, { onText: (piece) => pieces.push(piece) });
    if (answer.status === "answered") expect(pieces.join("").trim()).toBe(answer.text.trim());
    else expect(pieces.length).toBeGreaterThan(0);
  },
  "LLM-04 a question that is withdrawn before it is asked is aborted, and is not asked": async (under) => {
    under.server?.next({ says: "too late" });
    const answer = await ask(under, { signal: AbortSignal.abort() });
    expect(answer).toMatchObject({ status: "failed", failure: { kind: "aborted" } });
    expect(under.server?.seen() ?? []).toEqual([]);
  },
  "LLM-05 an answer that is cut at the token limit is truncated, with the tokens that were used": async (under) => {
    under.server?.next({ cutAfter: "It is" });
    const answer = await ask(under, { maxOutputTokens: 2 });
    expect(answer).toMatchObject({ status: "failed", failure: { kind: "truncated", hint: expect.any(String) } });
    expect(usageOf(answer)?.outputTokens).toBeGreaterThan(0);
  },
  "LLM-06 no answer in time is unavailable, and says so": async (under) => {
    under.server?.next({ hangs: true });
    const answer = await ask(under, { timeoutMs: under.server === undefined ? 1 : 100, maxOutputTokens: 200 });
    expect(answer).toMatchObject({ status: "failed", failure: { kind: "unavailable" } });
    expect(messageOf(answer)).toContain("no answer within");
  },
  "LLM-07 a schema that answers can't be checked against is refused": async (under) => {
    const answer = await ask(under, { schema: { if: { type: "string" }, else: {} } });
    expect(answer).toMatchObject({ status: "failed", failure: { kind: "refused" } });
  },
  "LLM-08 the list of models has the model, and health is good": async ({ adapter, model }) => {
    const { signal } = new AbortController();
    expect((await adapter.doListModels(signal)).some((name) => name.startsWith(model))).toBe(true);
    expect(await adapter.doCheckHealth(signal)).toMatchObject({ isHealthy: true, detail: expect.any(String) });
  },
  "LLM-09 an estimate of tokens is 0 for nothing and grows with the text": ({ adapter }) => {
    const sizes = [0, 1, 10, 1_000].map((count) => adapter.estimateTokens("words and words ".repeat(count)));
    expect(sizes[0]).toBe(0);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(sizes[3]).toBeGreaterThan(1_500);
    return Promise.resolve();
  },
  "LLM-10 questions side by side each get an answer of their own": async (under) => {
    under.server?.next({ says: "yes" });
    const maxOutputTokens = under.server === undefined ? 3 : 20;
    const answers = await Promise.all(["a", "b", "c"].map((prompt) => ask(under, { prompt, maxOutputTokens })));
    expect(answers.map(({ durationMs }) => durationMs)).toHaveLength(3);
    if (under.server !== undefined) {
      expect(answers.map(({ status }) => status)).toEqual(["answered", "answered", "answered"]);
      expect(
        under.server
          .seen()
          .map(({ prompt }) => prompt)
          .toSorted(),
      ).toEqual(["a", "b", "c"]);
    }
  },
  "LLM-11 it may be closed twice": async ({ adapter }) => {
    await adapter.doClose();
    await adapter.doClose();
    expect(adapter.specVersion).toBe(1);
  },
};

/** What holds besides where a server is asked. */
const serverPromises: Readonly<Record<string, (under: ServedLlm) => Promise<void>>> = {
  "LLM-21 system prompt, prompt and schema arrive as they were given, in a request that the protocol allows": async (
    under,
  ) => {
    under.server.next({ says: { isGood: true } });
    await ask(under, { system: "Be strict.", prompt: "Is it „good“?\n", schema: verdict, temperature: 0.5 });
    expect(under.server.complaints()).toEqual([]);
    expect(under.server.seen()).toEqual([{ system: "Be strict.", prompt: "Is it „good“?\n", schema: verdict }]);
  },
  "LLM-22 the tokens are those that the server counts": async (under) => {
    under.server.next({ says: "fine" });
    expect(usageOf(await ask(under))).toMatchObject(under.server.usage);
  },
  "LLM-23 a value that the schema does not allow is malformed, and the message says where": async (under) => {
    under.server.next({ says: { score: 2, isGood: true } });
    const answer = await ask(under, { schema: verdict, maxOutputTokens: 60 });
    expect(answer).toMatchObject({
      status: "failed",
      failure: { kind: "malformed" },
      usage: { inputTokens: expect.any(Number) },
    });
    expect(messageOf(answer)).toContain("score");
  },
  "LLM-24 words instead of JSON are malformed": async (under) => {
    under.server.next({ says: "I think it is good." });
    const answer = await ask(under, { schema: verdict, maxOutputTokens: 60 });
    expect(answer).toMatchObject({ status: "failed", failure: { kind: "malformed" } });
  },
  "LLM-25 a schema need not describe an object": async (under) => {
    under.server.next({ says: ["a", "b"] });
    const answer = await ask(under, { schema: { type: "array", items: { type: "string" } } });
    expect(answer).toMatchObject({ status: "answered", value: ["a", "b"] });
  },
  "LLM-26 429 is rate-limited, with the time that the server asks for": async (under) => {
    under.server.next({ status: 429, retryAfterSeconds: 7 });
    const answer = await ask(under);
    expect(answer).toMatchObject({ status: "failed", failure: { kind: "rate-limited" } });
    const waitMs = answer.status === "failed" ? answer.failure.retryAfterMs : undefined;
    // A client may add a little chance to it, so that not all come back at once.
    expect(waitMs).toBeGreaterThanOrEqual(7_000);
    expect(waitMs).toBeLessThan(10_000);
    expect(under.server.seen()).toHaveLength(1);
  },
  "LLM-27 500 and 503 are unavailable, and the adapter does not try again by itself": async (under) => {
    for (const status of [500, 503]) {
      under.server.next({ status });
      expect(await ask(under)).toMatchObject({ status: "failed", failure: { kind: "unavailable" } });
    }
    expect(under.server.seen()).toHaveLength(2);
  },
  "LLM-28 400 and 403 are refused": async (under) => {
    for (const status of [400, 403]) {
      under.server.next({ status });
      expect(await ask(under)).toMatchObject({ status: "failed", failure: { kind: "refused" } });
    }
  },
  "LLM-29 an unknown model is refused, and the message names those that are there": async (under) => {
    const answer = await ask(under, { model: "no-such-model" });
    expect(answer).toMatchObject({ status: "failed", failure: { kind: "refused" } });
    expect(messageOf(answer)).toContain("no-such-model");
    expect(messageOf(answer)).toContain(under.model);
  },
  "LLM-30 an answer that breaks off is unavailable": async (under) => {
    under.server.next({ breaksAfter: "It is" });
    expect(await ask(under)).toMatchObject({ status: "failed", failure: { kind: "unavailable" } });
  },
  "LLM-31 a question that is withdrawn while it is answered is aborted": async (under) => {
    under.server.next({ hangs: true });
    const abort = new AbortController();
    const asked = ask(under, { signal: abort.signal });
    await expect.poll(() => under.server.seen().length, { timeout: 30_000 }).toBe(1);
    abort.abort();
    expect(await asked).toMatchObject({ status: "failed", failure: { kind: "aborted" } });
  },
  "LLM-32 where nobody listens it is unavailable, with what to do": async (under) => {
    await under.server.stop();
    const answer = await ask(under);
    expect(answer).toMatchObject({ status: "failed", failure: { kind: "unavailable", hint: expect.any(String) } });
  },
  "LLM-33 no failure tells the key, not even one that the server repeats, and each is one line": async (under) => {
    const told: LlmAnswer[] = [];
    for (const status of [401, 500]) {
      under.server.next({ status });
      told.push(await ask(under));
    }
    await under.server.stop();
    told.push(await ask(under));
    expect(JSON.stringify(told)).not.toContain(under.server.apiKey);
    expect(told.map(messageOf).filter((message) => message.includes("\n"))).toEqual([]);
  },
  "LLM-34 where nobody listens health is bad, and there is no list of models": async (under) => {
    await under.server.stop();
    const { signal } = new AbortController();
    expect(await under.adapter.doCheckHealth(signal)).toMatchObject({ isHealthy: false, fix: expect.any(String) });
    await expect(under.adapter.doListModels(signal)).rejects.toMatchObject({ code: "LLM_UNAVAILABLE" });
  },
};

const ask = ({ adapter, model }: LlmUnderTest, own: Partial<LlmRequest> = {}): Promise<LlmAnswer> =>
  adapter.doGenerate({
    model,
    prompt: "Is it good?",
    maxOutputTokens: 20,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...own,
  });

const usageOf = (answer: LlmAnswer) => answer.usage;

const messageOf = (answer: LlmAnswer): string => (answer.status === "failed" ? answer.failure.message : "");

/**
 * @param open - a fresh adapter; called once for each promise
 * @param knownFailures - promise ids that this adapter breaks; a listed promise that holds fails the suite
 */
export function llmConformance(
  name: string,
  open: () => Promise<LlmUnderTest>,
  knownFailures: readonly string[] = [],
): void {
  describe(`LLM conformance: ${name}`, () => {
    register(promises, open, knownFailures);
  });
}

/** The same, and what holds besides for an adapter that asks a server. */
export function llmServerConformance(
  name: string,
  open: () => Promise<ServedLlm>,
  knownFailures: readonly string[] = [],
): void {
  llmConformance(name, open, knownFailures);
  describe(`LLM server conformance: ${name}`, () => {
    register(serverPromises, open, knownFailures);
  });
}

function register<Under extends LlmUnderTest>(
  record: Readonly<Record<string, (under: Under) => Promise<void>>>,
  open: () => Promise<Under>,
  knownFailures: readonly string[],
): void {
  for (const [title, prove] of Object.entries(record)) {
    const run = knownFailures.some((id) => title.startsWith(`${id} `)) ? it.fails : it;
    run(title, async () => {
      const under = await open();
      try {
        await prove(under);
        expect(under.server?.complaints() ?? []).toEqual([]);
      } finally {
        await under.adapter.doClose();
        await under.remove();
      }
    });
  }
}
