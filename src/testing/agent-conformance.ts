import { describe, expect, it } from "./vitest.ts";
import { totalUsage } from "../domain/budget/usage.ts";
import { asSessionId } from "../domain/ids.ts";
import { Bench, isRunning, pidOf, play, playAndThen, textIn, type AgentUnderTest, type Ended } from "./agent-bench.ts";

import { permissionPromises } from "./agent-permission-promises.ts";

export type { AgentUnderTest } from "./agent-bench.ts";

const answerSchema = {
  type: "object",
  properties: { answer: { type: "number" } },
  required: ["answer"],
  additionalProperties: false,
};

const allowAll = { mode: "edit", allow: ["Bash"], sandbox: "off" } as const;

const expectFailed = (outcome: Ended, code: string, failureClass: string): void =>
  expect(outcome).toMatchObject({ status: "failed", failure: { error: { code, failureClass } } });

/** Each body proves one numbered promise of `AgentAdapter`. The record is the whole contract: nothing runs outside it. */
const promises: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  "AGENT-01 the work is done in the working directory, and the turn ends with the agent's last words": async (
    bench,
  ) => {
    const { launch, session } = await bench.open();
    expect(await play(session, "writes")).toMatchObject({ status: "finished", text: "written", permissionDenials: [] });
    expect(await textIn(launch, "made.txt")).toBe("made\n");
  },
  "AGENT-02 a turn tells its session first and each tool call with its end": async (bench) => {
    const { session } = await bench.open();
    const { events, sessionId } = await play(session, "writes");
    const started = events.find((event) => event.type === "tool-started");
    expect(events[0]).toMatchObject({ type: "session-started", sessionId, pid: pidOf(session) });
    expect(started).toMatchObject({ tool: "Write", summary: "Write made.txt" });
    expect(events).toContainEqual({ type: "tool-ended", toolUseId: started?.toolUseId, isError: false });
    expect(events).toContainEqual({ type: "text", text: "written" });
    expect(events.some(({ type }) => type === "usage")).toBe(true);
  },
  "AGENT-03 the usage of a turn is of that turn only, with its price": async (bench) => {
    const { session } = await bench.open();
    const first = totalUsage((await play(session, "counts")).usage);
    const second = totalUsage((await play(session, "counts")).usage);
    expect(first).toMatchObject({ inputTokens: 100, outputTokens: 20 });
    expect(first.costUsd).toBeGreaterThan(0);
    expect(second.outputTokens).toBe(20);
    expect(second.costUsd).toBeCloseTo(first.costUsd ?? 0, 6);
  },
  "AGENT-04 a second turn goes on with the conversation of the first": async (bench) => {
    const { session } = await bench.open();
    const first = await play(session, "counts");
    const second = await play(session, "counts");
    expect([first.text, second.text]).toEqual(["one", "two"]);
    expect(second.sessionId).toBe(first.sessionId);
  },
  "AGENT-05 clearing empties the conversation and keeps the process": async (bench) => {
    const { session } = await bench.open();
    const first = await play(session, "counts");
    const pid = pidOf(session);
    await session.doClear();
    const second = await play(session, "counts");
    expect([first.text, second.text]).toEqual(["one", "one"]);
    expect(second.sessionId).not.toBe(first.sessionId);
    expect(pidOf(session)).toBe(pid);
  },
  "AGENT-06 a structured result comes as its schema asks": async (bench) => {
    const { session } = await bench.open({ resultSchema: answerSchema });
    expect(await play(session, "structured")).toMatchObject({ status: "finished", result: { answer: 42 } });
  },
  "AGENT-07 a missing structured result is a failure, never a finished turn": async (bench) => {
    const { session } = await bench.open({ resultSchema: answerSchema });
    expectFailed(await play(session, "unstructured"), "AGENT_CONTRACT_BROKEN", "recoverable");
  },
  "AGENT-08 an aborted turn ends as killed, and the session can be cleared and used again": async (bench) => {
    const { session } = await bench.open();
    const abort = new AbortController();
    const outcome = await playAndThen(session, "hangs", () => abort.abort(), { signal: abort.signal });
    expectFailed(outcome, "ABORTED", "killed");
    expect(outcome.sessionId).toBeDefined();
    await session.doClear();
    expect(await play(session, "counts")).toMatchObject({ status: "finished", text: "one" });
  },
  "AGENT-09 a turn that was aborted before it began sends nothing": async (bench) => {
    const { launch, session } = await bench.open();
    expectFailed(await play(session, "writes", { signal: AbortSignal.abort() }), "ABORTED", "killed");
    expect(await textIn(launch, "made.txt")).toBeUndefined();
  },
  "AGENT-10 a turn longer than its limit ends as timed out": async (bench) => {
    const { session } = await bench.open();
    expectFailed(await play(session, "hangs", { timeoutMs: 1_500 }), "AGENT_TIMED_OUT", "recoverable");
  },
  "AGENT-11 a turn in which nothing happens ends as stalled": async (bench) => {
    const { session } = await bench.open();
    expectFailed(await play(session, "hangs", { stallTimeoutMs: 1_500 }), "AGENT_STALLED", "stuck");
  },
  "AGENT-12 a silent command that computes is no stall": async (bench) => {
    const { session } = await bench.open({ permissions: allowAll });
    expect(await play(session, "burns", { stallTimeoutMs: 1_500 })).toMatchObject({
      status: "finished",
      text: "burnt",
    });
  },
  "AGENT-13 a turn that costs more than its limit ends in its middle": async (bench) => {
    const { session } = await bench.open();
    const outcome = await play(session, "dear", { maxCostUsd: 0.5 });
    expectFailed(outcome, "BUDGET_EXCEEDED", "permanent");
    expect(totalUsage(outcome.usage).inputTokens).toBe(1_000_000);
  },
  "AGENT-14 the death of the process is an outcome, with the conversation to resume": async (bench) => {
    const { session } = await bench.open();
    const outcome = await playAndThen(session, "hangs", () => process.kill(pidOf(session), "SIGKILL"));
    expectFailed(outcome, "AGENT_FAILED", "killed");
    expect(outcome.sessionId).toBeDefined();
    expect(session.isAlive).toBe(false);
  },
  "AGENT-15 a resumed conversation goes on where the dead process left it": async (bench) => {
    const { launch, session } = await bench.open();
    const { sessionId } = await bench.playAndKill(session);
    await session.doClose();
    const resumed = await bench.open({ ...launch, resume: sessionId ?? asSessionId("") });
    const outcome = await play(resumed.session, "stops");
    expect(outcome).toMatchObject({ status: "finished", text: "second", sessionId });
  },
  "AGENT-16 the usage of a resumed turn leaves out what was used before": async (bench) => {
    const { launch, session } = await bench.open();
    const { sessionId } = await play(session, "counts");
    await session.doClose();
    const resumed = await bench.open({ ...launch, resume: sessionId ?? asSessionId("") });
    const outcome = await play(resumed.session, "counts");
    expect(outcome.text).toBe("two");
    expect(totalUsage(outcome.usage)).toMatchObject({ inputTokens: 100, outputTokens: 20 });
  },
  "AGENT-17 a conversation that is gone can't be resumed, and the outcome says so": async (bench) => {
    const { session } = await bench.open({ resume: asSessionId("11111111-2222-4333-8444-555555555555") });
    const outcome = await play(session, "counts");
    expectFailed(outcome, "AGENT_FAILED", "recoverable");
    expect(outcome).toMatchObject({ failure: { error: { context: { resume: "impossible" } } } });
  },
  "AGENT-18 closing ends what runs in the background too": async (bench) => {
    const { launch, session } = await bench.open({ permissions: allowAll });
    const closing: Promise<void>[] = [];
    const outcome = await playAndThen(session, "background", () => void closing.push(session.doClose()));
    await Promise.all(closing);
    expect(outcome.status).toBe("failed");
    const background = Number(await textIn(launch, "background.pid"));
    expect(background).toBeGreaterThan(0);
    expect(await isRunning(background)).toBe(false);
    expect(await isRunning(pidOf(session))).toBe(false);
  },
  "AGENT-19 what a turn leaves in the background is over when the turn is": async (bench) => {
    const { launch, session } = await bench.open({ permissions: allowAll });
    const abort = new AbortController();
    await playAndThen(session, "background", () => abort.abort(), { signal: abort.signal });
    const background = Number(await textIn(launch, "background.pid"));
    expect(background).toBeGreaterThan(0);
    expect(await isRunning(background)).toBe(false);
    expect(session.isAlive).toBe(true);
  },
  "AGENT-20 closing one session leaves the next one alone": async (bench) => {
    const [first, second] = [await bench.open(), await bench.open()];
    await first.session.doClose();
    expect(await play(second.session, "counts")).toMatchObject({ status: "finished" });
  },
  "AGENT-21 closing twice is fine, and a turn after it is a failure": async (bench) => {
    const { session } = await bench.open();
    await session.doClose();
    await session.doClose();
    expect(session.isAlive).toBe(false);
    expect((await play(session, "counts")).status).toBe("failed");
  },
  "AGENT-22 who may only read changes nothing, and the refusal is told": async (bench) => {
    const { launch, session } = await bench.open({ permissions: { mode: "read", allow: [], sandbox: "off" } });
    const outcome = await play(session, "writes");
    expect(await textIn(launch, "made.txt")).toBeUndefined();
    expect(outcome.permissionDenials).toEqual([{ tool: "Write", summary: "Write made.txt" }]);
    expect(outcome.events).toContainEqual({ type: "permission-denied", tool: "Write", summary: "Write made.txt" });
  },
  "AGENT-23 a refused login pauses the account": async (bench) => {
    const { session } = await bench.open();
    expectFailed(await play(session, "login"), "AGENT_UNAUTHENTICATED", "exhausted");
  },
  "AGENT-24 a used-up quota pauses the account until its reset": async (bench) => {
    const { session } = await bench.open();
    const outcome = await play(session, "quota");
    expectFailed(outcome, "QUOTA_EXHAUSTED", "exhausted");
    const resetAt = outcome.status === "failed" ? (outcome.failure.resetAt ?? 0) : 0;
    expect(resetAt - Date.now()).toBeGreaterThan(3_600_000);
    expect(resetAt - Date.now()).toBeLessThan(10_800_000);
  },
  "AGENT-25 an overloaded server is a transient failure": async (bench) => {
    const { session } = await bench.open();
    expectFailed(await play(session, "overloaded"), "AGENT_FAILED", "transient");
  },
  "AGENT-26 a long wait that the server asks for is handed on, not sat out": async (bench) => {
    const { session } = await bench.open();
    const outcome = await play(session, "limited");
    expectFailed(outcome, "AGENT_FAILED", "rate_limited");
    const waitMs = outcome.status === "failed" ? outcome.failure.retryAfterMs : 0;
    expect(waitMs).toBeGreaterThanOrEqual(30_000);
  },
  "AGENT-27 launches that differ only in what they resume have the same key": async (bench) => {
    const { launch, session } = await bench.open();
    const resumed = await bench.open({ ...launch, resume: asSessionId("11111111-2222-4333-8444-555555555555") });
    const other = await bench.open({ ...launch, model: "opus" });
    expect(resumed.session.launchKey).toBe(session.launchKey);
    expect(other.session.launchKey).not.toBe(session.launchKey);
  },
  "AGENT-28 a fork knows all that was said, in a conversation of its own and another working directory": async (
    bench,
  ) => {
    const { session } = await bench.open();
    const origin = await play(session, "counts");
    await session.doClose();
    const fork = await bench.open({ forkOf: origin.sessionId ?? asSessionId("") });
    const outcome = await play(fork.session, "counts");
    expect(outcome).toMatchObject({ status: "finished", text: "two" });
    expect(outcome.sessionId).toBeDefined();
    expect(outcome.sessionId).not.toBe(origin.sessionId);
    expect(await play(fork.session, "writes")).toMatchObject({ status: "finished", permissionDenials: [] });
    expect(await textIn(fork.launch, "made.txt")).toBe("made\n");
  },
  "AGENT-29 a conversation stays as it is when it is forked, and while it is open": async (bench) => {
    const { launch, session } = await bench.open();
    const { sessionId = asSessionId("") } = await play(session, "counts");
    const fork = await bench.open({ forkOf: sessionId });
    expect((await play(fork.session, "writes")).text).toBe("written");
    await session.doClose();
    const resumed = await bench.open({ ...launch, resume: sessionId });
    expect(await play(resumed.session, "counts")).toMatchObject({ text: "two", sessionId });
  },
  "AGENT-30 the usage of a fork's turn leaves out what was used before": async (bench) => {
    const { session } = await bench.open();
    const { sessionId = asSessionId("") } = await play(session, "counts");
    const fork = await bench.open({ forkOf: sessionId });
    const { usage } = await play(fork.session, "counts");
    expect(totalUsage(usage)).toMatchObject({ inputTokens: 100, outputTokens: 20 });
  },
  "AGENT-31 a fork is resumed where its process left it": async (bench) => {
    const { session } = await bench.open();
    const { sessionId: origin = asSessionId("") } = await play(session, "counts");
    const fork = await bench.open({ forkOf: origin });
    const { sessionId = asSessionId("") } = await bench.playAndKill(fork.session);
    await fork.session.doClose();
    const { forkOf: _origin, ...launch } = fork.launch;
    const resumed = await bench.reopen({ ...launch, resume: sessionId });
    expect(await play(resumed.session, "stops")).toMatchObject({ status: "finished", text: "second", sessionId });
  },
  "AGENT-32 what is gone can't be forked, and the outcome says so": async (bench) => {
    const { session } = await bench.open({ forkOf: asSessionId("11111111-2222-4333-8444-555555555555") });
    const outcome = await play(session, "counts");
    expectFailed(outcome, "AGENT_FAILED", "recoverable");
    expect(outcome).toMatchObject({ failure: { error: { context: { resume: "impossible" } } } });
  },
  "AGENT-33 launches that differ only in what they fork have the same key": async (bench) => {
    const { launch, session } = await bench.open();
    const fork = await bench.open({ ...launch, forkOf: asSessionId("11111111-2222-4333-8444-555555555555") });
    expect(fork.session.launchKey).toBe(session.launchKey);
  },
  ...permissionPromises,
};

/**
 * @param under - called once for each promise
 * @param knownFailures - ids of promises that this adapter breaks; a listed promise that holds fails the suite
 */
export function agentConformance(
  name: string,
  under: () => Promise<AgentUnderTest>,
  knownFailures: readonly string[] = [],
): void {
  describe(`agent conformance: ${name}`, () => {
    for (const [title, prove] of Object.entries(promises)) {
      const run = knownFailures.some((id) => title.startsWith(`${id} `)) ? it.fails : it;
      run(title, { timeout: 60_000 }, async () => {
        const bench = new Bench(await under());
        try {
          await prove(bench);
        } finally {
          await bench.close();
        }
      });
    }
  });
}
