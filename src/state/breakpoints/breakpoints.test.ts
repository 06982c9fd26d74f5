import { describe, expect, it } from "vitest";

import type { Breakpoint, BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import { asJobId, taskIdOf } from "../../domain/ids.ts";
import type { AttemptDecision } from "../../domain/model.ts";
import { leaseTask, openState, tip, type OpenState } from "../state-manager.fixture.ts";

const proof = {
  snapshotCommit: tip,
  diff: { files: 1, added: 1, deleted: 0 },
  problems: [],
  verdict: { ok: true },
  gates: [],
} as const;

const asking = (breakpoint: BreakpointRequest, resumeSession = false): AttemptDecision => ({
  action: "ask",
  reasons: ["because"],
  countsAsAttempt: false,
  resumeSession,
  delayMs: 0,
  feedback: "it was so",
  breakpoint,
});

const request = (more: Partial<BreakpointRequest> = {}): BreakpointRequest => ({
  kind: "before-merge",
  question: "May it?",
  context: { reasons: ["because"] },
  ...more,
});

/** A task whose attempt was proved and waits at a breakpoint. */
async function waitingAt(open: OpenState, ask: BreakpointRequest, resumeSession = false): Promise<Breakpoint> {
  const lease = await leaseTask(open, "a");
  const { id } = await open.state.attempts.begin(lease, tip);
  await open.state.attempts.recordProof(lease, id, proof);
  await open.state.attempts.decide(lease, id, asking(ask, resumeSession));
  const [breakpoint] = await open.state.breakpoints.list({ status: "open" });
  if (breakpoint === undefined) throw new Error("none was opened");
  return breakpoint;
}

const task = ({ state, jobId }: OpenState) => state.tasks.get(taskIdOf(jobId, "a"));
const attempts = ({ state, jobId }: OpenState) => state.attempts.list(taskIdOf(jobId, "a"));
const types = async ({ state, jobId }: OpenState) =>
  (await state.events.read({ jobId, after: 0 }))
    .map(({ type }) => type)
    .filter((type) => type.startsWith("breakpoint"));

describe("a breakpoint", () => {
  it("is opened with the wait, whoever has it wait, and says what is known", async () => {
    await using open = await openState([{ key: "a" }]);
    const breakpoint = await waitingAt(open, request({ rule: "look" }));
    expect(breakpoint).toMatchObject({ kind: "before-merge", rule: "look", attemptId: "job-1/a/1", status: "open" });
    expect(breakpoint.options).toEqual(["approve", "reject", "retry"]);
    expect((await task(open)).status).toBe("waiting");
    await open.state.tasks.move(taskIdOf(open.jobId, "a"), "pending");
    expect(await open.state.breakpoints.list()).toMatchObject([{ status: "superseded" }]);
    expect(await types(open)).toEqual(["breakpoint-opened", "breakpoint-superseded"]);
  });

  it("has the work merged as it stands", async () => {
    await using open = await openState([{ key: "a" }]);
    const { id } = await waitingAt(open, request());
    await open.state.breakpoints.resolve(id, { answer: "approve", by: "me" });
    expect(await task(open)).toMatchObject({ status: "integrating", acceptedAttempt: "job-1/a/1" });
    expect(await attempts(open)).toMatchObject([
      { status: "accepted", decision: { action: "accept", approvedBy: "me" } },
    ]);
    const decisions = await open.state.decisions.ofTask(taskIdOf(open.jobId, "a"));
    expect(decisions.map(({ decision }) => decision.action)).toEqual(["ask", "accept"]);
    expect(await open.state.history.list({ kind: "decision", limit: 1 })).toMatchObject([
      { text: expect.stringContaining("Approved by me.") },
    ]);
    expect(await types(open)).toEqual(["breakpoint-opened", "breakpoint-resolved"]);
  });

  it("has another attempt begin, which is told the person's words", async () => {
    await using open = await openState([{ key: "a" }]);
    const { id } = await waitingAt(open, request());
    await open.state.breakpoints.resolve(id, { answer: "retry", note: "smaller", by: "me" });
    const begun = await open.state.attempts.begin(await leaseTask(open, "a", 2), tip);
    expect(begun).toMatchObject({ number: 2, isContinuation: false });
    expect(begun.feedback).toMatch(/smaller[\s\S]*it was so/);
  });

  it("has the same attempt go on, and tells its answer to it", async () => {
    await using open = await openState([{ key: "a" }]);
    const { id, attemptId } = await waitingAt(open, request({ kind: "question" }), true);
    await open.state.breakpoints.resolve(id, { answer: "answer", note: "8080", by: "me" });
    const begun = await open.state.attempts.begin(await leaseTask(open, "a", 2), tip);
    expect(begun).toMatchObject({ number: 1, isContinuation: true });
    const answered = await open.state.breakpoints.answered(attemptId ?? begun.id);
    expect(answered).toMatchObject([{ answer: { answer: "answer", note: "8080" }, closedBy: "me" }]);
  });

  it("does not take other words, or another amount, for the same answer", async () => {
    await using open = await openState([{ key: "a" }]);
    const { breakpoints } = open.state;
    const { id } = await waitingAt(open, request({ kind: "question" }), true);
    const answer = { answer: "answer", note: "8080", by: "me" } as const;
    await breakpoints.resolve(id, answer);
    expect((await breakpoints.resolve(id, answer)).isNew).toBe(false);
    await expect(breakpoints.resolve(id, { ...answer, note: "9090" })).rejects.toMatchObject({
      code: "BREAKPOINT_INVALID",
    });
  });

  it("raises what a task may cost", async () => {
    await using open = await openState([{ key: "a" }]);
    const { id } = await waitingAt(open, request({ kind: "budget", context: { reasons: [], limitUsd: 2 } }), true);
    await open.state.breakpoints.resolve(id, { answer: "raise", amountUsd: 3, by: "me" });
    expect((await task(open)).spec.budgetUsd).toBe(5);
    expect((await task(open)).status).toBe("pending");
  });

  it("takes the first answer; the same again changes nothing, another is refused", async () => {
    await using open = await openState([{ key: "a" }]);
    const { id } = await waitingAt(open, request());
    const { breakpoints } = open.state;
    const answers = await Promise.all([
      breakpoints.resolve(id, { answer: "reject", by: "one" }),
      breakpoints.resolve(id, { answer: "reject", by: "two" }),
    ]);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    await expect(breakpoints.resolve(id, { answer: "approve", by: "three" })).rejects.toMatchObject({
      code: "BREAKPOINT_INVALID",
    });
    expect((await task(open)).status).toBe("failed");
  });

  it("refuses what it does not offer, and names what it does", async () => {
    await using open = await openState([{ key: "a" }]);
    const { id } = await waitingAt(open, request());
    await expect(open.state.breakpoints.resolve(id, { answer: "allow", by: "me" })).rejects.toMatchObject({
      hint: "Answer with approve, reject, retry",
    });
    expect((await task(open)).status).toBe("waiting");
  });

  it("answers with no when nobody has answered in time, and a late answer comes too late", async () => {
    await using open = await openState([{ key: "a" }]);
    const { id } = await waitingAt(open, request({ timeoutMs: 500 }));
    open.clock.now += 499;
    expect(await open.state.breakpoints.expireDue()).toEqual([]);
    open.clock.now += 1;
    await expect(open.state.breakpoints.resolve(id, { answer: "approve", by: "me" })).rejects.toThrow(
      `Breakpoint ${id} is expired: reject`,
    );
    expect((await task(open)).status).toBe("failed");
    expect(await types(open)).toEqual(["breakpoint-opened", "breakpoint-expired"]);
  });
});

describe("a job's breakpoints", () => {
  it("are one for its plan, which stays over an interruption and is settled by going on", async () => {
    await using open = await openState([{ key: "a" }]);
    const { jobs, breakpoints } = open.state;
    await jobs.setStatus(open.jobId, "proposed");
    await jobs.setStatus(open.jobId, "interrupted");
    await jobs.setStatus(open.jobId, "proposed");
    expect(await breakpoints.list({ status: "open" })).toMatchObject([{ kind: "plan", taskId: undefined }]);
    await jobs.setStatus(open.jobId, "running");
    expect(await breakpoints.list({ status: "open" })).toEqual([]);
  });

  it("ask about the plan of a job that was proposed from its beginning: a fork", async () => {
    await using open = await openState([{ key: "a" }]);
    const job = { id: "old", project_path: "/p", goal: "g", status: "proposed", base_commit: tip, branch: "b" };
    const rest = { options: "{}", plan: '{"summary":"s","tasks":[]}', round: 1, report: null, strategy: "manager" };
    const nobody = { coordinator_id: null, coordinator_until: null, orchestrator_id: null, dispatch_key: null };
    const row = { ...job, ...rest, ...nobody, created_at: 1, ended_at: null, pause_requested_at: null };
    const { options } = await open.state.jobs.get(open.jobId);
    const id = asJobId("fork");
    const versions = { job: row, tasks: new Map(), attempts: new Map(), sessions: new Map() };
    const from = asJobId("old");
    await open.state.jobs.fork({ id, branch: "f", options, checkpoint: "c", from, tip, versions });
    for (let times = 0; times < 2; times += 1) await open.state.jobs.setStatus(id, "proposed");
    expect(await open.state.breakpoints.list({ jobId: id })).toMatchObject([{ kind: "plan", status: "open" }]);
  });

  it("raise its limit, or end it", async () => {
    await using open = await openState([{ key: "a" }], { maxCostUsdPerJob: 2 });
    const { jobs, breakpoints } = open.state;
    const ask = request({ kind: "budget", context: { reasons: [], limitUsd: 2 } });
    await jobs.setStatus(open.jobId, "paused", { ask });
    const [first] = await breakpoints.list({ status: "open" });
    if (first === undefined) throw new Error("none");
    expect(first.options).toEqual(["raise", "stop"]);
    await breakpoints.resolve(first.id, { answer: "raise", amountUsd: 1, by: "me" });
    expect((await jobs.get(open.jobId)).options.maxCostUsdPerJob).toBe(3);
    await jobs.setStatus(open.jobId, "running");
    await jobs.setStatus(open.jobId, "paused", { ask });
    const [second] = await breakpoints.list({ status: "open" });
    if (second === undefined) throw new Error("none");
    await breakpoints.resolve(second.id, { answer: "stop", by: "me" });
    expect((await jobs.get(open.jobId)).status).toBe("cancelled");
  });
});
