import { expect, it } from "vitest";

import { ownPrices } from "../domain/budget/own-prices.ts";
import { parsePlan } from "../domain/plan/parse-plan.ts";
import { usualTask } from "../orchestration/preview-run.ts";
import { openState } from "../state/state-manager.fixture.ts";
import { confirmPlan } from "./confirm-plan.ts";
import { fakeTerminal } from "./render/fake-terminal.fixture.ts";

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
        preview: () => Promise.resolve(undefined),
        usualTask: (_job, task) => usualTask(services, job, task),
        decidePlan: () => Promise.reject(new Error("nothing was asked")),
      },
      job,
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
