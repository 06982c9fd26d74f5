import { serve } from "@hono/node-server";

import { TuttiError } from "../domain/errors.ts";
import { webhookApp, type WebhookOptions } from "./webhook-app.ts";

export type WebhookServer = {
  /** With the port that it has got. */
  readonly url: string;
  /** Answers what has come and takes nothing more. */
  readonly close: () => Promise<void>;
};

export type ServeOptions = WebhookOptions & {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
};

/** Who sends a byte now and then holds a connection no longer than this, in milliseconds. */
const limits = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };
/** Each may hold a body in memory before its signature is known. */
const maxConnections = 64;

const loopback = ["127.0.0.1", "localhost", "::1"];

/**
 * Listens for webhooks.
 * @throws {TuttiError} `INPUT_INVALID` for an address that can't be had, or one for strangers without a secret
 */
export async function serveWebhooks({ port, host, ...options }: ServeOptions): Promise<WebhookServer> {
  if (options.secret === undefined && !loopback.includes(host)) {
    throw new TuttiError("INPUT_INVALID", `${host} can be reached by others, and there is no secret`, {
      hint: "Name the environment variable that holds it with --secret-env, or listen on 127.0.0.1",
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const app = webhookApp(options);
  const listening = { fetch: app.fetch, port, hostname: host, serverOptions: limits };
  const server = serve(listening, (info) => resolve(info.port));
  if ("maxConnections" in server) server.maxConnections = maxConnections;
  server.once("error", (cause: Error) => reject(notListening(host, port, cause)));
  const taken = await promise;
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${name}:${taken}/`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        if ("closeIdleConnections" in server) server.closeIdleConnections();
      }),
  };
}

const notListening = (host: string, port: number, cause: Error): TuttiError =>
  new TuttiError("INPUT_INVALID", `Nothing can listen on ${host}:${port}: ${cause.message}`, {
    hint: "Choose another one with --port and --host; 0 is any free port",
    cause,
  });
