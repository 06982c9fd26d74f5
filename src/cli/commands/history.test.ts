import { describe, expect, it } from "vitest";
import { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import { taskIdOf } from "../../domain/ids.ts";
import { Insight } from "../../orchestration/insight/insight.ts";
import { openState, type OpenState } from "../../state/state-manager.fixture.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { history, type HistoryOptions } from "./history.ts";

/** Task `a` was answered for at 1 s and decided on at 2 s; task `b` was answered for at 3 s. */
async function talked(open: OpenState): Promise<void> {
  const { state, jobId, clock } = open;
  const say = (key: string, kind: "answer" | "decision", text: string, role: string) =>
    state.history.record({ jobId, taskId: taskIdOf(jobId, key), kind, role, text });
  clock.now = 1_000;
  await say("a", "answer", "I wrote it.", "worker");
  clock.now = 2_000;
  await say("a", "decision", "accept: every gate passed.", "tutti");
  clock.now = 3_000;
  await say("b", "answer", Array.from({ length: 20 }, (_, line) => `line ${line}`).join("\n"), "worker");
}

async function told(open: OpenState, wanted: string | undefined, options: HistoryOptions & { isJson?: boolean } = {}) {
  const { isJson = false, ...filters } = options;
  const output = memoryOutput({ isJson });
  const { state, jobId } = open;
  const application = {
    job: async (id?: string) => {
      if (id === undefined || jobId.startsWith(id)) return state.jobs.get(jobId);
      throw new TuttiError("JOB_UNKNOWN", `No job begins with "${id}"`);
    },
    tasks: () => state.tasks.list(jobId),
    insight: new Insight({ state, redact: (text) => text, repo: { root: "/p" } }),
  };
  expect(await history({ application, output, wanted, now: 3_000, timeZone: "UTC", ...filters })).toBe(0);
  return output.out();
}

describe("tutti history", () => {
  it("tells what was said about a job, in order", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    await talked(open);
    const text = await told(open, undefined);
    expect(text.match(/answer|decision/g)).toEqual(["answer", "decision", "answer"]);
    expect(text).toContain("accept: every gate passed.");
    expect(text).toContain("… 12 more lines: --full has all");
    expect(await told(open, undefined, { full: true })).toContain("line 19");
  });

  it("tells of one task, one kind, one role, what is young and the last of it", async () => {
    await using open = await openState([{ key: "a" }, { key: "b" }]);
    await talked(open);
    const seen = async (wanted: string | undefined, options: HistoryOptions) => {
      const answer: unknown = JSON.parse(await told(open, wanted, { ...options, isJson: true }));
      return z
        .object({ history: z.array(z.object({ at: z.number() })) })
        .parse(answer)
        .history.map(({ at }) => at);
    };
    expect(await seen("a", {})).toEqual([1_000, 2_000]);
    expect(await seen("job-1/b", {})).toEqual([3_000]);
    expect(await seen(undefined, { kind: "decision" })).toEqual([2_000]);
    expect(await seen(undefined, { role: "worker" })).toEqual([1_000, 3_000]);
    expect(await seen(undefined, { since: 1_000 })).toEqual([2_000, 3_000]);
    expect(await seen(undefined, { limit: 1 })).toEqual([3_000]);
    expect(await told(open, "a", { role: "manager" })).toBe("Nothing was said.\n");
  });

  it("says of an answer that it came before the interruption, and nothing was asked again", async () => {
    await using open = await openState([{ key: "a" }]);
    const { jobId } = open;
    const asked = {
      purpose: "notes",
      about: { jobId },
      supervisor: "ollama/judge",
      contentKey: "k",
      prompt: "?",
    } as const;
    for (const from of ["model", "earlier"] as const) {
      const seq = await open.state.interactions.begin(asked);
      await open.state.interactions.end(seq, asked, { status: "answered", from, tries: 0, text: "Nothing." });
    }
    const replies = (await told(open, undefined, { kind: "reply" }))
      .split("\n")
      .filter((line) => line.includes("reply"));
    expect(replies.map((line) => line.includes("judge, answered before the interruption"))).toEqual([false, true]);
  });

  it("says which tasks there are when it knows neither job nor task", async () => {
    await using open = await openState([{ key: "a" }]);
    await expect(told(open, "c")).rejects.toThrow('Job job-1 has no task "c"');
  });
});
