import { randomUUID } from "node:crypto";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";

import { eventOfGithub } from "../domain/workflow/github-event.ts";
import { workflowEventSchema, type WorkflowEvent } from "../domain/workflow/workflow-event.ts";
import { isSigned, signatureHeaders } from "./webhook-signature.ts";

export type WebhookOptions = {
  /** Shared with the sender. Absent: senders on this machine only, and nothing is verified. */
  readonly secret?: string;
  /** Keeps an event durably. `false` when it is known already. What it throws is answered with 503, so that the sender comes again. */
  readonly receive: (event: WorkflowEvent) => Promise<boolean>;
  /** Told of what was refused and why, in a line. */
  readonly onRefused?: (reason: string) => void;
  /** Of a body, in bytes. Default 5 MiB. */
  readonly maxBytes?: number;
};

const defaultMaxBytes = 5 * 1024 * 1024;

const ownNames = ["127.0.0.1", "localhost", "[::1]"];

/** What a sender of our own form says; an id makes a second delivery harmless. */
const deliverySchema = workflowEventSchema.extend({
  id: workflowEventSchema.shape.id.exactOptional(),
  source: workflowEventSchema.shape.source.unwrap().default("webhook"),
});

type Refusal = { readonly status: 400 | 401 | 403 | 413 | 415 | 503; readonly reason: string };
type Taken = { readonly event: WorkflowEvent } | { readonly pong: true } | Refusal;

/** Takes webhooks in: `POST /` and any path below it. An event is answered with 202 when it is kept, never before. */
export function webhookApp(options: WebhookOptions): Hono {
  const app = new Hono();
  const { maxBytes: maxSize = defaultMaxBytes, onRefused } = options;
  const refuse = (c: Context, { status, reason }: Refusal): Response => {
    onRefused?.(`${c.req.method} ${c.req.path}: ${status}, ${reason}`);
    return c.json({ error: reason }, status);
  };
  const tooLarge = { status: 413, reason: `the body is larger than ${maxSize} bytes` } as const;
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.post("*", bodyLimit({ maxSize, onError: (c) => refuse(c, tooLarge) }), async (c) => {
    const taken = await take(c, options);
    if ("reason" in taken) return refuse(c, taken);
    if ("pong" in taken) return c.json({ status: "pong" });
    try {
      const isNew = await options.receive(taken.event);
      return c.json({ id: taken.event.id, status: isNew ? "received" : "known" }, isNew ? 202 : 200);
    } catch {
      return refuse(c, { status: 503, reason: "the event could not be kept: send it again" });
    }
  });
  return app;
}

async function take(c: Context, { secret }: WebhookOptions): Promise<Taken> {
  const body = new Uint8Array(await c.req.arrayBuffer());
  const refusal = secret === undefined ? strangerRefusal(c) : signatureRefusal(c, body, secret);
  if (refusal !== undefined) return refusal;
  // A page in a browser can't send this without asking first, and nobody answers it.
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(c.req.header("content-type") ?? "")) {
    return { status: 415, reason: "the content type has to be application/json" };
  }
  const payload = jsonOf(body);
  if (payload === undefined) return { status: 400, reason: "the body is no JSON" };
  const github = c.req.header("X-GitHub-Event");
  return github === undefined ? ownDelivery(c, payload.value) : githubDelivery(c, github, payload.value);
}

function signatureRefusal(c: Context, body: Uint8Array, secret: string): Refusal | undefined {
  const signature = signatureHeaders.map((name) => c.req.header(name)).find((value) => value !== undefined);
  if (isSigned(body, secret, signature)) return undefined;
  return { status: 401, reason: signature === undefined ? "the delivery is not signed" : "the signature is wrong" };
}

/** Without a secret this machine's own programs are trusted; a name that was made to point here is not one of them. */
function strangerRefusal(c: Context): Refusal | undefined {
  const host = (c.req.header("host") ?? "").replace(/:\d+$/, "");
  return ownNames.includes(host) ? undefined : { status: 403, reason: "without a secret only this machine is served" };
}

function githubDelivery(c: Context, event: string, payload: z.core.util.JSONType): Taken {
  if (event === "ping") return { pong: true };
  const delivery = c.req.header("X-GitHub-Delivery");
  if (delivery === undefined || delivery.length > 200) {
    return { status: 400, reason: "the header X-GitHub-Delivery is missing" };
  }
  return checked(eventOfGithub({ event, delivery, payload }));
}

function ownDelivery(c: Context, payload: unknown): Taken {
  const said = deliverySchema.safeParse(payload);
  if (!said.success) return { status: 400, reason: problemsOf(said.error) };
  const id = said.data.id ?? c.req.header("Idempotency-Key") ?? randomUUID();
  return checked({ ...said.data, id });
}

function checked(event: unknown): Taken {
  const parsed = workflowEventSchema.safeParse(event);
  return parsed.success ? { event: parsed.data } : { status: 400, reason: problemsOf(parsed.error) };
}

const problemsOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `${path.length === 0 ? "the body" : path.join(".")}: ${message}`).join("; ");

const anyJson = z.json();

function jsonOf(body: Uint8Array): { readonly value: z.core.util.JSONType } | undefined {
  try {
    return { value: anyJson.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body))) };
  } catch {
    return undefined;
  }
}
