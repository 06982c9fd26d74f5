import { expect, it, onTestFinished } from "vitest";

import { errorToJson, TuttiError } from "../../domain/errors.ts";
import { openState } from "../../state/state-manager.fixture.ts";
import { driveOverResets } from "./drive-over-resets.ts";
import { defaultAccount } from "../services.ts";

const quotaEnded = errorToJson(new TuttiError("QUOTA_EXHAUSTED", "weekly limit", { failureClass: "exhausted" }));

/** A job that is driven again and again, and what happens in its first drive. */
async function driven(first: (open: Awaited<ReturnType<typeof openState>>) => Promise<void>) {
  const open = await openState([{ key: "a" }]);
  onTestFinished(() => open[Symbol.asyncDispose]());
  const { state, jobId } = open;
  // The clock runs ahead, so that no wait takes any time.
  const now = () => (open.clock.now += 10_000);
  const services = { state, now, random: () => 0, projectBudget: { period: "all" as const, allowsUnpriced: false } };
  const drives: boolean[] = [];
  const drive = async (isAgain: boolean) => {
    drives.push(isAgain);
    await state.jobs.setStatus(jobId, "running");
    if (isAgain) {
      await state.jobs.setStatus(jobId, "waiting");
      return "waiting" as const;
    }
    await first(open);
    await state.jobs.setStatus(jobId, "paused", "a quota has ended");
    return "paused" as const;
  };
  const never = new AbortController().signal;
  const wait = { services, jobId, resumesAtReset: { maxWaitMs: 3_600_000 }, stop: never, lost: never };
  return { status: await driveOverResets(wait, drive), drives };
}

it("goes on when another job has lifted the pause before this one began to wait", async () => {
  const { status, drives } = await driven(async ({ state }) => {
    await state.pauses.pause(defaultAccount, 3_000_000, quotaEnded);
    await state.pauses.resume(defaultAccount);
  });
  expect({ status, drives }).toEqual({ status: "waiting", drives: [false, true] });
});

it("stays paused when it was no quota that paused it", async () => {
  const { status, drives } = await driven(async () => {});
  expect({ status, drives }).toEqual({ status: "paused", drives: [false] });
});

it("stays paused when nobody said when the quota comes back", async () => {
  const { status, drives } = await driven(({ state }) => state.pauses.pause(defaultAccount, undefined, quotaEnded));
  expect({ status, drives }).toEqual({ status: "paused", drives: [false] });
});
