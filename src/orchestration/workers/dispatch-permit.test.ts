import { expect, it } from "vitest";

import { dispatchedTask, type TaskOutput } from "../attempt/task-workflow.ts";
import { lookingBeforeNext } from "./dispatch-permit.ts";

async function toldBy(run: () => Promise<TaskOutput>): Promise<readonly string[]> {
  const told: string[] = [];
  const note = async (what: string): Promise<void> => void told.push(what);
  const workflow = { ...dispatchedTask, run: () => note("ran").then(run) };
  const watched = lookingBeforeNext(workflow, { onFailure: () => note("told"), look: () => note("looked") });
  const [flow, input] = [{} as never, { taskId: "job-1/a", round: 1 }];
  await watched.run(flow, input).catch(() => note("threw"));
  return told;
}

it("looks what holds work back after each task, of a failed one the state is told first", async () => {
  expect(await toldBy(async () => ({ action: "accept" }))).toEqual(["ran", "looked"]);
  expect(await toldBy(async () => ({ action: "fail" }))).toEqual(["ran", "told", "looked"]);
  expect(await toldBy(() => Promise.reject(new Error("lost")))).toEqual(["ran", "looked", "threw"]);
});
