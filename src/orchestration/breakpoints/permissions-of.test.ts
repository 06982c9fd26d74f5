import { expect, it, onTestFinished } from "vitest";

import type { AttemptOutcome } from "../../domain/model.ts";
import { noUsage } from "../../domain/budget/usage.ts";
import { leaseTask, openState, tip } from "../../state/state-manager.fixture.ts";
import { ActivityBuffer } from "../agent-turn/activity-buffer.ts";
import { AgentPool } from "../workers/agent-pool.ts";
import { noEngine, servicesOf } from "../services.fixture.ts";
import { SlotKeeper } from "../workers/slot-keeper.ts";
import { permissionsOf } from "./permissions-of.ts";

const rule = { name: "ask", on: ["permission"], action: "ask", priority: 0, timeoutMs: 10 } as const;
const outcome: AttemptOutcome = { status: "failed", text: "", usage: noUsage, durationMs: 1, permissionDenials: [] };

/** An attempt that asks for one permission after another, which nobody answers in time. */
async function unheard(times: number) {
  const open = await openState([{ key: "a" }], { breakpointRules: [rule] });
  onTestFinished(() => open[Symbol.asyncDispose]());
  const { state, jobId, clock } = open;
  const services = servicesOf(open, noEngine);
  const pool = new AgentPool(services.agents);
  const job = await state.jobs.get(jobId);
  const desk = {
    services,
    pool,
    job,
    activity: new ActivityBuffer(services),
    slots: new SlotKeeper({ services, pool, job }),
  };
  for (let number = 1; ; number += 1) {
    const lease = await leaseTask(open, "a", number);
    const begun = await state.attempts.begin(lease, tip);
    const ask = permissionsOf(desk, { lease, begun }, "/nowhere");
    const answer = await ask?.({ tool: "Bash", input: { command: `sleep ${number}` } });
    if (number > times) return answer;
    expect(answer).toMatchObject({ action: "ask" });
    await state.attempts.recordOutcome(lease, begun.id, outcome);
    await state.attempts.decide(lease, begun.id, {
      action: "ask",
      reasons: ["because"],
      countsAsAttempt: false,
      resumeSession: true,
      delayMs: 0,
      feedback: undefined,
      breakpoint: {
        kind: "permission",
        question: "May it?",
        context: { reasons: [], tool: "Bash", input: { command: `sleep ${number}` } },
        rule: rule.name,
        timeoutMs: rule.timeoutMs,
      },
    });
    clock.now += 100;
    expect(await state.breakpoints.expireDue()).toHaveLength(1);
  }
}

it("an agent whose questions nobody answers in time is told so, instead of being stopped for one after another", async () => {
  expect(await unheard(2)).toMatchObject({ action: "ask" });
  expect(await unheard(3)).toMatchObject({ action: "deny", message: expect.stringContaining("Nobody is there") });
});
