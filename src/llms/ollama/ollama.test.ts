import { describe, expect, it } from "vitest";

import { fakeOllama, type ScriptedAnswer } from "../../../test/support/fake-ollama.ts";
import type { Json } from "../../domain/json.ts";
import { llmServerConformance, type LlmSituation, type ScriptedServer } from "../../testing/llm-conformance.ts";
import { ollama } from "./ollama.ts";

const apiKey = "key-of-the-proxy";

/** The rule is read anew for each question. */
function ruleOf(situation: LlmSituation): ScriptedAnswer {
  if ("says" in situation) return { answer: situation.says };
  if (!("status" in situation)) return situation;
  const { status, retryAfterSeconds } = situation;
  return {
    status,
    error: `no ${apiKey}`,
    ...(retryAfterSeconds === undefined ? {} : { headers: { "retry-after": String(retryAfterSeconds) } }),
  };
}

async function scripted(): Promise<ScriptedServer & { readonly url: string }> {
  const rules: ScriptedAnswer[] = [{ answer: "yes" }];
  const server = await fakeOllama({ models: ["judge:8b", "other"], answers: rules, apiKey });
  return {
    url: server.url,
    apiKey,
    usage: { inputTokens: Math.ceil("Is it good?".length / 4), outputTokens: 1 },
    next: (situation) => rules.splice(0, 1, ruleOf(situation)),
    seen: () =>
      server.questions.map(({ system, prompt, format }) => ({
        prompt,
        ...(system === "" ? {} : { system }),
        ...(format === undefined ? {} : { schema: format as Json }),
      })),
    complaints: () => server.complaints,
    stop: server.stop,
  };
}

llmServerConformance("Ollama", async () => {
  const server = await scripted();
  const adapter = ollama({ model: "judge:8b", baseUrl: server.url, apiKey, contextTokens: 4096, keepAlive: "10m" });
  return { adapter, model: "judge:8b", server, remove: server.stop };
});

describe("Ollama", () => {
  it("names a server that is only a host and a port", async () => {
    const adapter = ollama({ model: "m", baseUrl: "localhost:1", contextTokens: 512 });
    const health = await adapter.doCheckHealth(new AbortController().signal);
    expect(health.detail).toContain("Ollama does not answer at http://localhost:1 (");
  });

  it.each(["http://", ""])("says no password that stands in its address: %s", async (protocol) => {
    const adapter = ollama({ model: "m", baseUrl: `${protocol}me:hidden@127.0.0.1:1`, contextTokens: 512 });
    const health = await adapter.doCheckHealth(new AbortController().signal);
    expect(health).toMatchObject({ isHealthy: false, detail: expect.stringContaining("holds a login") });
    expect(JSON.stringify(health)).not.toContain("hidden");
  });

  const asked = async (own: Partial<Parameters<typeof ollama>[0]>) => {
    const server = await fakeOllama({ models: ["judge"], answers: [{ answer: "yes" }] });
    const adapter = ollama({ model: "judge", baseUrl: server.url, contextTokens: 4096, ...own });
    const { signal } = new AbortController();
    await adapter.doGenerate({ model: "judge", prompt: "p", maxOutputTokens: 9, timeoutMs: 10_000, signal });
    const health = await adapter.doCheckHealth(signal);
    await server.close();
    return { body: server.questions[0]?.body, complaints: server.complaints, health };
  };

  it("is always told how much room a question needs, because it cuts longer prompts without a word", async () => {
    const { body, complaints } = await asked({});
    expect(body?.options).toEqual({ num_ctx: 4096, num_predict: 9 });
    expect(complaints).toEqual([]);
  });

  it.each([
    ["10m", "10m"],
    ["-1", -1],
    ["0", 0],
  ])("keeps the model for %s", async (keepAlive, sent) => {
    expect((await asked({ keepAlive })).body?.keep_alive).toBe(sent);
  });

  it("takes a name without a tag for the latest, as Ollama does", async () => {
    expect((await asked({ model: "judge:latest" })).health).toMatchObject({ isHealthy: true });
    expect((await asked({ model: "judge:8b" })).health).toEqual({
      isHealthy: false,
      detail: 'Ollama has no model "judge:8b"; it has judge:latest',
      fix: "Get it: ollama pull judge:8b",
    });
  });
});
