import { describe, expect, it } from "vitest";

import { taskIdOf } from "../../domain/ids.ts";
import { answerCosts } from "../../orchestration/budget/costs.ts";
import { openState, type OpenState } from "../../state/state-manager.fixture.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { showCosts, type CostOptions } from "./cost.ts";

const noon = Date.UTC(2026, 10, 20, 12);
const dayMs = 86_400_000;

/** Planning and task `a` on one day, task `b` with a model that nobody has a price for on the next. */
async function spent(): Promise<OpenState> {
  const open = await openState([{ key: "a" }, { key: "b" }]);
  const { state, jobId, clock } = open;
  const tokens = { inputTokens: 1000, outputTokens: 200, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const record = (key: string, task: string | undefined, usage: Parameters<typeof state.sessions.recordUsage>[2]) =>
    state.sessions.recordUsage(
      { key, jobId, role: task === undefined ? "manager" : "worker", ...(task && { taskId: taskIdOf(jobId, task) }) },
      1,
      usage,
    );
  clock.now = noon;
  await record("plan", undefined, { "claude-opus-5-5": { ...tokens, costUsd: 0.5 } });
  await record("a", "a", { "claude-sonnet-5-5": { ...tokens, costUsd: 0.25 } });
  clock.now = noon + dayMs;
  await record("b", "b", { "somebody/else": { ...tokens, costUsd: null } });
  return open;
}

async function costs(open: OpenState, options: CostOptions & { id?: string; isJson?: boolean } = {}) {
  const { id, isJson, ...asked } = options;
  const output = memoryOutput({ ...(isJson === undefined ? {} : { isJson }) });
  const application = {
    job: () => open.state.jobs.get(open.jobId),
    figures: { costs: (question: Parameters<typeof answerCosts>[2]) => answerCosts(open.state, "/p", question) },
  };
  await showCosts({ application, output, id, timeZone: "UTC", ...asked });
  return output.out();
}

describe("tutti cost", () => {
  it("shows what each job has cost, and that the total is a lower bound when a part has no price", async () => {
    await using open = await spent();
    expect(await costs(open)).toBe(`\
job    turns  input  output  cache read  cache write              cost  unpriced tokens
job-1      3   3.0k     600           0            0  at least $0.7500             1.2k

Total: at least $0.7500 for 3.6k tokens in 3 turns, 1.2k of them unpriced
`);
  });

  it("shows the tasks of one job, the dearest first, and what is no task in parentheses", async () => {
    await using open = await spent();
    const lines = (await costs(open, { id: "job-1" })).split("\n");
    expect(lines.slice(1, 4).map((line) => line.split(/ +/)[0])).toEqual(["(manager)", "a", "b"]);
    expect(lines[3]).toContain("unpriced");
    expect(lines[3]).not.toContain("$0");
  });

  it("groups by day and by model", async () => {
    await using open = await spent();
    const byDay: unknown = JSON.parse(await costs(open, { by: "day", isJson: true }));
    expect(byDay).toMatchObject({
      by: "day",
      groups: [
        { key: "2026-11-20", costUsd: 0.75 },
        { key: "2026-11-21", costUsd: null, knownCostUsd: 0, unpricedTokens: 1200 },
      ],
    });
    expect(await costs(open, { by: "model" })).toContain("claude-sonnet-5-5");
  });

  it("leaves out what was spent before a day", async () => {
    await using open = await spent();
    expect(JSON.parse(await costs(open, { since: "2026-11-21", isJson: true }))).toMatchObject({
      since: "2026-11-21",
      total: { turns: 1, knownCostUsd: 0, costUsd: null },
    });
    expect(await costs(open, { since: "2026-12-01" })).toBe("Nothing was spent.\n");
  });

  it.each(["2026-02-30", "yesterday", "2026-1-1"])("refuses %s as a day", async (since) => {
    await using open = await spent();
    await expect(costs(open, { since })).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});
