import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";

import { anthropic } from "./anthropic/anthropic.ts";
import { guardedFetch } from "./guarded-fetch.ts";
import { ollama } from "./ollama/ollama.ts";
import { openAiCompatible } from "./openai-compatible/openai-compatible.ts";

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a server that gets a key", () => {
  const apiKey = "a-key-of-some-length";
  it.each([
    ["Anthropic", (baseUrl: string) => anthropic({ model: "m", apiKey, baseUrl })],
    ["OpenAI", (baseUrl: string) => openAiCompatible({ model: "m", apiKey, baseUrl: `${baseUrl}/v1` })],
    ["Ollama", (baseUrl: string) => ollama({ model: "m", apiKey, baseUrl, contextTokens: 512 })],
  ])("can't send it on to another one: %s", async (_, adapterAt) => {
    const heard: string[] = [];
    const other = await served((request, response) => {
      heard.push(JSON.stringify(request.headers));
      response.end("{}");
    });
    const baseUrl = await served((request, response) => {
      response.writeHead(307, { location: `${other}${request.url ?? ""}` }).end();
    });
    const { signal } = new AbortController();
    const adapter = adapterAt(baseUrl);
    expect(await adapter.doCheckHealth(signal)).toMatchObject({ isHealthy: false });
    const answer = await adapter.doGenerate({ model: "m", prompt: "p", maxOutputTokens: 9, timeoutMs: 20_000, signal });
    expect(answer.status).toBe("failed");
    expect(heard).toEqual([]);
  });
});

it("an answer without an end is cut off", async () => {
  const url = await served((_, response) => {
    const more = (): void => {
      if (!response.destroyed) response.write("x".repeat(10_000), () => setImmediate(more));
    };
    more();
  });
  const response = await guardedFetch(100_000)(url);
  await expect(response.text()).rejects.toThrow("larger than 100000 bytes");
});

it("an answer within the limit is as it was", async () => {
  const url = await served((_, response) => response.writeHead(418, { "x-a": "b" }).end("tea"));
  const response = await guardedFetch()(url);
  expect([response.status, response.headers.get("x-a"), await response.text()]).toEqual([418, "b", "tea"]);
});
