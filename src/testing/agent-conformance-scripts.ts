import type { FakeScript } from "../agents/fake/fake-script.ts";
import { parseScenario, type Scenario } from "../simulator/index.ts";

const writesPid = "nohup sleep 600 >/dev/null 2>&1 & echo $! > background.pid";
/** Neither a mode nor an empty list of rules allows it. */
export const asked = "sh -c 'echo yes > asked.txt'";
const burns = "timeout 3 sh -c 'while :; do :; done'; echo burnt";

/**
 * What an agent must do for each task of the conformance suite, as a script of the fake agent.
 *
 * The same for a real agent before the scripted model server: {@link conformanceScenario}.
 */
export const conformanceScript: FakeScript = {
  answers: {
    writes: { write: { "made.txt": "made\n" }, text: "written" },
    counts: { text: "one", again: { text: "two" } },
    structured: { result: { answer: 42 } },
    unstructured: { text: "forty-two" },
    hangs: { write: { "started.txt": "started\n" }, hang: true },
    asks: { asks: [asked], text: "asked", again: { asks: [asked], text: "asked again" } },
    stops: { write: { "started.txt": "started\n" }, hang: true, again: { text: "second" } },
    background: { run: [writesPid], hang: true },
    burns: { run: [burns], text: "burnt" },
    dear: { usage: { inputTokens: 1_000_000, outputTokens: 100_000, costUsd: 3 }, hang: true },
    login: { failure: { class: "exhausted", code: "AGENT_UNAUTHENTICATED" } },
    quota: { failure: { class: "exhausted", resetAfterMs: 7_200_000 } },
    overloaded: { failure: { class: "transient" } },
    limited: { failure: { class: "rate_limited", retryAfterMs: 30_000 } },
  },
};

const always = "always";
const hangs = { fault: { hang: "before", times: always } };

const turnsOf: Readonly<Record<string, readonly object[]>> = {
  writes: [{ writes: { "made.txt": "made\n" } }, { says: "written" }],
  counts: [{ says: "one" }, { says: "two" }],
  structured: [{ structured: { answer: 42 } }],
  unstructured: [{ says: "forty-two" }],
  hangs: [{ writes: { "started.txt": "started\n" } }, { says: "never", ...hangs }],
  asks: [{ runs: [asked] }, { says: "asked again" }],
  stops: [{ writes: { "started.txt": "started\n" } }, { says: "second", delayMs: 2_000 }],
  background: [{ runs: [writesPid] }, { says: "never", ...hangs }],
  burns: [{ runs: [burns] }, { says: "burnt" }],
  dear: [
    { writes: { "dear.txt": "dear\n" }, usage: { inputTokens: 1_000_000, outputTokens: 100_000 } },
    { says: "never", ...hangs },
  ],
  login: [{ says: "never", fault: { status: 401, times: always } }],
  quota: [{ says: "never", fault: { status: 429, resetAfterSeconds: 7_200, times: always } }],
  overloaded: [{ says: "never", fault: { status: 529, times: always } }],
  limited: [{ says: "never", fault: { status: 429, retryAfterSeconds: 30, times: always } }],
};

export const conformanceScenario = (): Scenario =>
  parseScenario(
    JSON.stringify({ rules: Object.entries(turnsOf).map(([task, turns]) => ({ name: task, match: { task }, turns })) }),
  );
