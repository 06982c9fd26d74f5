import type { RecordedRequest } from "./recorded-request.ts";

export type RequestFacts = Omit<RecordedRequest, "number" | "outcome" | "startedAt" | "endedAt" | "status" | "usage">;
export type RequestEnd = Pick<RecordedRequest, "outcome" | "status" | "usage">;

export type OpenRecord = {
  readonly number: number;
  /** Idempotent: the first end counts. */
  readonly end: (end: RequestEnd) => void;
};

type Waiter = {
  readonly claim: (request: RecordedRequest) => boolean;
  readonly resolve: (request: RecordedRequest) => void;
};

/** Everything that was asked, in order of arrival. */
export class RequestLog {
  readonly #requests: RecordedRequest[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #onChange: (request: RecordedRequest) => void;

  constructor(onChange: (request: RecordedRequest) => void) {
    this.#onChange = onChange;
  }

  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  open(facts: RequestFacts): OpenRecord {
    const index = this.#requests.length;
    const request: RecordedRequest = { ...facts, number: index + 1, outcome: "pending", startedAt: Date.now() };
    this.#set(index, request);
    return {
      number: request.number,
      end: (end) => {
        const current = this.#requests[index];
        if (current?.outcome === "pending") this.#set(index, { ...current, ...end, endedAt: Date.now() });
      },
    };
  }

  when(claim: Waiter["claim"]): Promise<RecordedRequest> {
    const known = this.#requests.find(claim);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiters.add({ claim, resolve }));
  }

  #set(index: number, request: RecordedRequest): void {
    this.#requests[index] = request;
    for (const waiter of this.#waiters) {
      if (!waiter.claim(request)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(request);
    }
    this.#onChange(request);
  }
}
