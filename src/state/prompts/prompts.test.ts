import { expect, it } from "vitest";

import { attemptIdOf, taskIdOf } from "../../domain/ids.ts";
import type { SentPrompt } from "../../domain/prompt/sent-prompt.ts";
import { leaseTask, openState, tip, type OpenState } from "../state-manager.fixture.ts";

function promptOf({ jobId }: OpenState, turn: number, dropped: readonly string[] = []): Omit<SentPrompt, "at"> {
  const taskId = taskIdOf(jobId, "a");
  const part = (name: string) =>
    ({ name, priority: 1, status: "dropped", tokens: 0, fullTokens: 9, reason: "full" }) as const;
  return {
    conversation: "c",
    turn,
    jobId,
    taskId,
    attemptId: attemptIdOf(taskId, 1),
    role: "worker",
    kind: "worker",
    text: `prompt ${turn}`,
    template: { name: "worker.md.j2", from: "built-in" },
    account: { tokens: 3, maxTokens: 9, counter: "o200k", parts: dropped.map(part), isOverBudget: false },
    rewriting: { isUsed: false, reason: "no model supervises" },
  };
}

it("a prompt is kept as it was sent; what was left out of it is said", async () => {
  await using open = await openState([{ key: "a" }]);
  const { prompts, events } = open.state;
  await prompts.record(promptOf(open, 1));
  await prompts.record(promptOf(open, 2, ["notes/1"]));
  await prompts.record({ ...promptOf(open, 2, ["notes/1"]), text: "sent again after a death" });

  const kept = await prompts.ofTask(taskIdOf(open.jobId, "a"));
  expect(kept.map(({ turn, text }) => [turn, text])).toEqual([
    [1, "prompt 1"],
    [2, "sent again after a death"],
  ]);
  expect(kept[0]).toEqual({ ...promptOf(open, 1), at: open.clock.now });
  const told = (await events.read({ jobId: open.jobId, after: 0 })).filter(({ type }) => type === "prompt-shortened");
  expect(told.map(({ data }) => data)).toContainEqual({
    kind: "worker",
    tokens: 3,
    maxTokens: 9,
    dropped: ["notes/1"],
    shortened: [],
  });
});

it("instructions are rewritten once for an attempt, and only by who holds the task", async () => {
  await using open = await openState([{ key: "a" }]);
  const { attempts, prompts } = open.state;
  const lease = await leaseTask(open, "a");
  const { id } = await attempts.begin(lease, tip);
  expect(await prompts.findRewrite(id)).toBeUndefined();
  await prompts.keepRewrite(lease, id, { isUsed: true, by: "m", text: "first" });
  await prompts.keepRewrite(lease, id, { isUsed: false, by: "m", reason: "second" });
  expect(await prompts.findRewrite(id)).toEqual({ isUsed: true, by: "m", text: "first" });

  await leaseTask(open, "a", 2);
  const late = prompts.keepRewrite(lease, id, { isUsed: true, by: "m", text: "late" });
  await expect(late).rejects.toMatchObject({ code: "LEASE_LOST" });
});
