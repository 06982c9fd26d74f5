import { describe, expect, it } from "vitest";

import { ownPrices } from "../../domain/budget/own-prices.ts";
import type { JobStatus } from "../../domain/job-status.ts";
import { parsePlan } from "../../domain/plan/parse-plan.ts";
import { usualTask } from "../../orchestration/result-cache/preview-run.ts";
import { openState } from "../../state/state-manager.fixture.ts";
import { typist } from "../ask/typist.fixture.ts";
import { confirmPlan } from "./confirm-plan.ts";
import { fakeTerminal } from "../render/display/fake-terminal.fixture.ts";

const model = "claude-sonnet-5-5";
const day = (text: string): number => Date.parse(`${text}T12:00:00Z`);
const rates = (usd: number) => ({
  inputUsdPerMtok: usd,
  outputUsdPerMtok: usd,
  cacheWriteUsdPerMtok: usd,
  cacheReadUsdPerMtok: usd,
});

/** At a dollar from one day on, and for nothing before it. */
const prices = ownPrices([
  { model, ...rates(0) },
  { model, from: "2030-01-01", ...rates(1) },
]);

/** What a person reads of the plan on that day. */
async function shownOn(today: number): Promise<string> {
  await using open = await openState([{ key: "a" }]);
  const { state, jobId } = open;
  const known = await state.jobs.get(jobId);
  const plan = parsePlan({ summary: "s", tasks: [{ key: "a", title: "A", prompt: "P" }] }, {});
  const models = { ...known.options.models, worker: model };
  const job = { ...known, status: "running" as const, plan, options: { ...known.options, models } };
  const services = { now: () => today, projectBudget: { period: "all" as const, allowsUnpriced: false, prices } };
  const { output, written } = fakeTerminal();
  await confirmPlan(
    { cwd: "/p", env: {}, output },
    {
      application: {
        tasks: () => Promise.resolve([]),
        watch: () => state.events.watch(),
        job: () => Promise.resolve(job),
        cache: { preview: () => Promise.resolve(undefined) },
        usualTask: (_job, task) => usualTask(services, job, task),
        decidePlan: () => Promise.reject(new Error("nothing was asked")),
      },
      job,
      isApproved: false,
      display: { suspend: () => undefined, resume: () => undefined },
      interrupt: () => undefined,
      signal: new AbortController().signal,
    },
  );
  return written();
}

it("shows what a plan will cost at the person's own prices, by the clock that everything else goes by", async () => {
  expect(await shownOn(day("2029-12-31"))).toMatch(/cost +\$0\.00/);
  expect(await shownOn(day("2030-01-01"))).toMatch(/cost +\$0\.67/);
});

describe("a job that was interrupted while its plan was asked about", () => {
  const plan = parsePlan({ summary: "s", tasks: [{ key: "a", title: "A", prompt: "P" }] }, {});

  /** The drive takes the job up once somebody has looked at it. */
  async function confirmed(isApproved: boolean): Promise<{ decided: readonly string[]; shown: string }> {
    await using open = await openState([{ key: "a" }]);
    const { state, jobId } = open;
    const job = { ...(await state.jobs.get(jobId)), status: "interrupted" as JobStatus, plan };
    const decided: string[] = [];
    let looks = 0;
    const person = typist();
    const ended = new AbortController();
    const { output, written } = fakeTerminal();
    const services = { now: Date.now, projectBudget: { period: "all" as const, allowsUnpriced: true } };
    const confirming = confirmPlan(
      { cwd: "/p", env: {}, output, terminal: person.terminal },
      {
        application: {
          tasks: () => Promise.resolve([]),
          watch: () => state.events.watch(),
          job: () => Promise.resolve((looks += 1) === 1 ? job : { ...job, status: "proposed" as const }),
          cache: { preview: () => Promise.resolve(undefined) },
          usualTask: (_job, task) => usualTask(services, job, task),
          decidePlan: (_job, decision) => Promise.resolve(void decided.push(decision)),
        },
        job,
        isApproved,
        display: { suspend: () => undefined, resume: () => undefined },
        interrupt: () => undefined,
        signal: ended.signal,
      },
    );
    try {
      if (!isApproved) await person.when("Start this plan?", "y");
      await confirming;
    } finally {
      ended.abort();
    }
    return { decided, shown: written() + person.shown() };
  }

  it("is asked about its plan again as soon as it is taken up", async () => {
    expect((await confirmed(false)).decided).toEqual(["approved"]);
  });

  it("is not asked about where the person said yes with the command", async () => {
    const { decided, shown } = await confirmed(true);
    expect(decided).toEqual([]);
    expect(shown).toContain("1 task in 1 level");
    expect(shown).not.toContain("Start this plan?");
  });
});
