import { describe, expect, it } from "vitest";

import { taskIdOf } from "../../domain/ids.ts";
import { leaseTask, openState, tip, type OpenState } from "../../state/state-manager.fixture.ts";
import { noEngine, servicesOf } from "../services.fixture.ts";
import { standStill } from "./stand-still.ts";

/** A job whose drive has seen that its task waits for a person. */
async function waitingJob(): Promise<OpenState> {
  const open = await openState([{ key: "a" }, { key: "b", dependsOn: ["a"] }]);
  const lease = await leaseTask(open, "a");
  const { id } = await open.state.attempts.begin(lease, tip);
  const context = { reasons: ["because"] };
  await open.state.attempts.decide(lease, id, {
    action: "ask",
    reasons: ["because"],
    countsAsAttempt: false,
    resumeSession: false,
    delayMs: 0,
    feedback: undefined,
    breakpoint: { kind: "failure", question: "What now?", context },
  });
  await open.state.jobs.setStatus(open.jobId, "running");
  return open;
}

const ends = (open: OpenState) => standStill(servicesOf(open, noEngine), open.jobId, "waiting");

async function answer({ state }: OpenState, given: "retry" | "reject"): Promise<void> {
  const [asked] = await state.breakpoints.list({ status: "open" });
  if (asked !== undefined) await state.breakpoints.resolve(asked.id, { answer: given, by: "me" });
}

describe("a drive that ends because all wait for a person", () => {
  it("has its job wait", async () => {
    await using open = await waitingJob();
    expect(await ends(open)).toBe("waiting");
    expect((await open.state.jobs.get(open.jobId)).status).toBe("waiting");
  });

  it.each(["retry", "reject"] as const)(
    "is followed by another one when the answer was %s meanwhile",
    async (given) => {
      await using open = await waitingJob();
      await answer(open, given);
      expect(await ends(open)).toBe("running");
      expect((await open.state.jobs.get(open.jobId)).status).toBe("running");
      expect((await open.state.tasks.get(taskIdOf(open.jobId, "b"))).status).toBe("pending");
    },
  );

  it("is followed by another one when the answer came while its end was written", async () => {
    await using open = await waitingJob();
    const services = servicesOf(open, noEngine);
    const { jobs } = open.state;
    const setStatus = jobs.setStatus.bind(jobs);
    jobs.setStatus = async (...change) => {
      await setStatus(...change);
      await answer(open, "retry");
    };
    expect(await standStill(services, open.jobId, "waiting")).toBe("running");
  });
});
