import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly body: string };

export type LoopbackServer = {
  /** The same after `stop` and `start`. */
  readonly url: string;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
};

/** An HTTP server on 127.0.0.1 that can be ended and started again on the same port. */
export async function loopbackServer(serve: (exchange: Exchange) => void): Promise<LoopbackServer> {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    serve({ request, response, body: await textOf(request) });
  let server = await listen((request, response) => void handle(request, response), 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    start: async () => {
      server = await listen((request, response) => void handle(request, response), port);
    },
  };
}

function listen(serve: (request: IncomingMessage, response: ServerResponse) => void, port: number): Promise<Server> {
  const server = createServer(serve);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

async function textOf(request: IncomingMessage): Promise<string> {
  request.setEncoding("utf8");
  let text = "";
  for await (const part of request) text += part;
  return text;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}

export const piecesOf = (text: string): readonly string[] => text.match(/.{1,20}/gs) ?? [];
