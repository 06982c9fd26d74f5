import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { WorkflowEvent } from "../domain/workflow/workflow-event.ts";
import { serveWebhooks } from "./serve-webhooks.ts";
import { webhookApp, type WebhookOptions } from "./webhook-app.ts";
import { isSigned, signatureOf } from "./webhook-signature.ts";

const secret = "it is a secret";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("signatures", () => {
  it("are those of GitHub's documentation", () => {
    const known = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    expect(signatureOf(bytes("Hello, World!"), "It's a Secret to Everybody")).toBe(known);
  });

  it("hold for these bytes and this secret alone", () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.string({ minLength: 1 }),
        fc.uint8Array(),
        fc.string({ minLength: 1 }),
        (body, key, other, otherKey) => {
          const signature = signatureOf(body, key);
          expect(isSigned(body, key, signature)).toBe(true);
          expect(isSigned(body, key, signature.toUpperCase().replace("SHA256", "sha256"))).toBe(true);
          expect(isSigned(other, key, signature)).toBe(Buffer.from(other).equals(Buffer.from(body)));
          expect(isSigned(body, otherKey, signature)).toBe(otherKey === key);
        },
      ),
    );
  });

  it("never hold, and never throw, for anything else", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.constantFrom(undefined, "", "sha256=", "sha1=00", `sha256=${"0".repeat(64)}`, "0".repeat(64)),
        ),
        (text) => {
          expect(isSigned(bytes("x"), secret, text)).toBe(false);
        },
      ),
    );
  });
});

function listening(options: Partial<WebhookOptions> = {}) {
  const kept: WorkflowEvent[] = [];
  const refused: string[] = [];
  const receive = (event: WorkflowEvent): Promise<boolean> => {
    const isNew = kept.every(({ id }) => id !== event.id);
    if (isNew) kept.push(event);
    return Promise.resolve(isNew);
  };
  const app = webhookApp({ receive, onRefused: (reason) => void refused.push(reason), ...options });
  const post = async (body: string, headers: Readonly<Record<string, string>> = {}, host = "127.0.0.1:8787") => {
    const response = await app.request(`http://${host}/hooks`, {
      method: "POST",
      body,
      headers: { host, "content-type": "application/json", ...headers },
    });
    return { status: response.status, answer: (await response.json()) as Record<string, string> };
  };
  return { post, kept, refused, app };
}

const event = JSON.stringify({ id: "e1", type: "performance_issue", details: { p95Ms: 900 } });
const signed = (body: string) => ({ "x-hub-signature-256": signatureOf(bytes(body), secret) });

describe("webhooks", () => {
  it("are kept before they are answered, and known when they come again", async () => {
    const { post, kept } = listening();
    expect(await post(event)).toEqual({ status: 202, answer: { id: "e1", status: "received" } });
    expect(await post(event)).toEqual({ status: 200, answer: { id: "e1", status: "known" } });
    expect(kept).toEqual([{ id: "e1", type: "performance_issue", source: "webhook", details: { p95Ms: 900 } }]);
  });

  it("get an id where they have none", async () => {
    const { post, kept } = listening();
    await post(JSON.stringify({ type: "x" }), { "Idempotency-Key": "k1" });
    await post(JSON.stringify({ type: "x" }));
    expect(kept[0]?.id).toBe("k1");
    expect(kept[1]?.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("of GitHub are put into the words that handlers name; a ping is none", async () => {
    const { post, kept } = listening({ secret });
    const body = JSON.stringify({ action: "opened", pull_request: { number: 1 } });
    const headers = { ...signed(body), "X-GitHub-Event": "pull_request", "X-GitHub-Delivery": "72d3162e" };
    expect((await post(body, headers)).status).toBe(202);
    expect(kept).toMatchObject([{ id: "github:72d3162e", type: "pr_opened", source: "github" }]);
    expect((await post(body, { ...headers, "X-GitHub-Event": "ping" })).answer).toEqual({ status: "pong" });
    expect((await post(body, { ...signed(body), "X-GitHub-Event": "push" })).status).toBe(400);
    expect(kept).toHaveLength(1);
  });

  it("are refused with 401 when they are not signed, or wrongly, where there is a secret", async () => {
    const { post, kept, refused } = listening({ secret });
    expect(await post(event)).toEqual({ status: 401, answer: { error: "the delivery is not signed" } });
    expect((await post(event, signed(`${event} `))).answer).toEqual({ error: "the signature is wrong" });
    expect((await post(event, { "x-hub-signature-256": signatureOf(bytes(event), "another") })).status).toBe(401);
    expect(kept).toEqual([]);
    expect(refused.join()).not.toContain(secret);
    expect((await post(event, { "x-tutti-signature-256": signatureOf(bytes(event), secret) })).status).toBe(202);
  });

  it("are taken from this machine alone where there is no secret, and never from a page in a browser", async () => {
    const { post, kept } = listening();
    expect((await post(event, {}, "evil.example:8787")).status).toBe(403);
    expect((await post(event, { "content-type": "text/plain" })).status).toBe(415);
    expect(kept).toEqual([]);
    expect((await post(event, {}, "[::1]:8787")).status).toBe(202);
  });

  it.each(["", "{", "[]", '{"type":"no type!"}', '{"id":"e"}', '{"type":"x","colour":1}', "\u0000"])(
    "that make no sense are refused with 400: %j",
    async (body) => {
      const { post, kept } = listening();
      expect((await post(body)).status).toBe(400);
      expect(kept).toEqual([]);
    },
  );

  it("that are too large are refused with 413", async () => {
    const { post } = listening({ maxBytes: 100 });
    expect((await post(JSON.stringify({ type: "x", details: "y".repeat(200) }))).status).toBe(413);
  });

  it("that could not be kept are answered with 503, so that they come again", async () => {
    const { post } = listening({ receive: () => Promise.reject(new Error("disk full at /secret/place")) });
    expect(await post(event)).toEqual({ status: 503, answer: { error: "the event could not be kept: send it again" } });
  });

  it("are served on a port of this machine; for others a secret is needed", async () => {
    const server = await serveWebhooks({ port: 0, host: "127.0.0.1", receive: () => Promise.resolve(true) });
    const response = await fetch(server.url, {
      method: "POST",
      body: event,
      headers: { "content-type": "application/json" },
    });
    expect(response.status).toBe(202);
    expect((await fetch(`${server.url}health`)).status).toBe(200);
    const port = Number(new URL(server.url).port);
    const again = serveWebhooks({ port, host: "127.0.0.1", receive: () => Promise.resolve(true) });
    await expect(again).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    await server.close();
    await expect(serveWebhooks({ port: 0, host: "0.0.0.0", receive: () => Promise.resolve(true) })).rejects.toThrow(
      "there is no secret",
    );
  });
});
