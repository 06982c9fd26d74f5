import { createServer, type Server } from "node:http";
import { TuttiError } from "../domain/errors.ts";
import { FaultCounter } from "./fault-counter.ts";
import { countRequests, type RecordedRequest, type RequestCounts } from "./recorded-request.ts";
import { RequestLog } from "./request-log.ts";
import type { Scenario } from "./scenario-schema.ts";
import { serve } from "./serve.ts";
import type { Context } from "./serve-messages.ts";
import { TokenMeter } from "./token-meter.ts";

export type SimulatorOptions = {
  readonly scenario: Scenario;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Called with one line for each exchange that has ended. */
  readonly log?: (line: string) => void;
  /** Called when a request arrives and again when it ends. */
  readonly onRequest?: (request: RecordedRequest) => void;
};

/** A model server that answers from a scenario. It listens on 127.0.0.1 only. */
export type Simulator = {
  /** For `ANTHROPIC_BASE_URL`. */
  readonly url: string;
  readonly port: number;
  /** In order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Requests that no rule matched. */
  readonly unmatched: readonly RecordedRequest[];
  readonly counts: RequestCounts;
  /** Resolves with the first request, past or future, that the claim holds for. */
  readonly whenRequest: (claim: (request: RecordedRequest) => boolean) => Promise<RecordedRequest>;
  /** Cuts what is still open and stops listening. Idempotent. */
  readonly close: () => Promise<void>;
};

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address !== "string") resolve(address.port);
      else reject(new TuttiError("INTERNAL", "The simulator has no address", { failureClass: "bug" }));
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function describe({ number, kind, role, task, rule, turn, status, fault, outcome, path }: RecordedRequest): string {
  const what = kind === "other" ? path : `${role ?? "-"}/${task ?? "-"} ${rule ?? kind} turn ${turn ?? "-"}`;
  const reply = status === undefined ? outcome : `${outcome} ${status}`;
  return `${number} ${what}: ${reply}${fault === undefined ? "" : ` (${fault})`}`;
}

/**
 * Starts the scripted model server on 127.0.0.1.
 * @throws {TuttiError} `SETUP_FAILED` when the port can't be had
 */
export async function startSimulator({ scenario, port = 0, log, onRequest }: SimulatorOptions): Promise<Simulator> {
  const requestLog = new RequestLog((request) => {
    if (request.outcome !== "pending") log?.(describe(request));
    onRequest?.(request);
  });
  const context: Context = {
    scenario,
    log: requestLog,
    faults: new FaultCounter(scenario.quota),
    meter: new TokenMeter(),
  };
  const server = createServer((request, response) => {
    serve(context, request, response).catch((error: unknown) => {
      log?.(`error: ${TuttiError.from(error).message}`);
      response.destroy();
    });
  });
  const boundPort = await listen(server, port).catch((cause: unknown) => {
    throw new TuttiError("SETUP_FAILED", `The simulator can't listen on port ${port}`, {
      hint: "Choose another port, or 0 for any free one.",
      context: { port },
      cause,
    });
  });
  return {
    url: `http://127.0.0.1:${boundPort}`,
    port: boundPort,
    get requests() {
      return requestLog.requests;
    },
    get unmatched() {
      return requestLog.requests.filter(({ kind }) => kind === "unmatched");
    },
    get counts() {
      return countRequests(requestLog.requests);
    },
    whenRequest: (claim) => requestLog.when(claim),
    close: () => closeServer(server),
  };
}
