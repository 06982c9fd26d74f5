import { describe, expect, it, onTestFinished } from "vitest";

import { noUsage } from "../../domain/budget/usage.ts";
import type { AttemptOutcome } from "../../domain/model.ts";
import { leaseTask, openState, tip } from "../../state/state-manager.fixture.ts";
import type { Supervisor } from "../../supervision/supervisor.ts";
import { ActivityBuffer } from "../agent-turn/activity-buffer.ts";
import { AgentPool } from "../workers/agent-pool.ts";
import { adviceOnStall } from "../breakpoints/stall-ladder.ts";
import { noEngine, servicesOf } from "../services.fixture.ts";
import { SlotKeeper } from "../workers/slot-keeper.ts";
import { clarify } from "./clarify.ts";

/** While the supervisor model is asked, its process is stopped. */
async function stoppedWhileAsking() {
  const open = await openState([{ key: "a" }]);
  onTestFinished(() => open[Symbol.asyncDispose]());
  const stop = new AbortController();
  const supervisor: Supervisor = {
    name: "local/model",
    promptTokens: 10_000,
    ask: ({ signal }) => {
      stop.abort();
      return Promise.resolve({
        status: "unavailable",
        reason: signal.aborted ? "it was stopped" : "nobody stopped it",
      });
    },
  };
  const services = { ...servicesOf(open, noEngine), supervisor };
  const pool = new AgentPool(services.agents);
  const job = await open.state.jobs.get(open.jobId);
  const slots = new SlotKeeper({ services, pool, job });
  const desk = { services, pool, activity: new ActivityBuffer(services), slots, job };
  const lease = await leaseTask(open, "a");
  const outcome: AttemptOutcome = {
    status: "finished",
    text: "Which?",
    usage: noUsage,
    durationMs: 1,
    permissionDenials: [],
  };
  const begun = await open.state.attempts.begin(lease, tip);
  return { desk, request: { lease, begun, outcome, proof: null, signal: stop.signal } };
}

describe("who is stopped while the supervisor model is asked", () => {
  it("does not take that for having no answer to a question", async () => {
    const { desk, request } = await stoppedWhileAsking();
    await expect(clarify(desk, request)).rejects.toThrow("abort");
  });

  it("does not take that for having no advice on a stall", async () => {
    const { desk, request } = await stoppedWhileAsking();
    const decision = {
      action: "fail",
      failureClass: "stuck",
      reasons: ["It did nothing."],
      countsAsAttempt: false,
      resumeSession: false,
      delayMs: 0,
      feedback: undefined,
    } as const;
    await expect(adviceOnStall(desk, { ...request, decision })).rejects.toThrow("abort");
  });
});
