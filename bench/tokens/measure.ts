import { z } from "zod";

import { costOf } from "../../src/domain/budget/price-table.ts";
import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { scratchProject, type ScratchProject } from "../../test/support/scratch-project.ts";
import { runTutti } from "../../test/support/tutti-process.ts";
import { guides, type Way } from "./work.ts";

/** What the tasks' agents asked of the model server, as it counted; no planning and no review. */
export type Account = {
  readonly requests: number;
  readonly inputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
  /** By our own price table. */
  readonly costUsd: number;
};

const review = {
  match: { role: "reviewer" },
  turns: [{ structured: { verdict: "reached", summary: "Every file is there.", findings: [], nextSteps: [] } }],
};

/**
 * Has a plan carried out by `tutti run` with the real agent, and counts.
 * @throws {Error} when the work was not done, or Tutti's own account is not the model server's
 */
export async function accountOf({ tasks, rules, settings = [] }: Way): Promise<Account> {
  const scenario = JSON.stringify({ usage: "counted", rules: [review, ...rules] });
  const model = await startSimulator({ scenario: parseScenario(scenario, "scenario") });
  const files = { ...guides(tasks.length), "tutti.config.yaml": ["agent: { sandbox: off }", ...settings].join("\n") };
  const project = await scratchProject(files);
  try {
    await project.write({ "../plan.json": JSON.stringify({ summary: "Write files.", tasks }) });
    const args = ["run", "--plan", "../plan.json", "--workers", "1", "--yes", "--json"];
    const { exitCode, stderr, stdout } = await runTutti(project, { args, modelUrl: model.url });
    if (exitCode !== 0 || model.unmatched.length > 0)
      throw new Error(`tutti run ended with ${exitCode}: ${stderr}${stdout}`);
    const account = sumOf(model);
    await expectSameAccount(project, account);
    return account;
  } finally {
    await model.close();
    await project.remove();
  }
}

function sumOf({ requests }: Simulator): Account {
  let sum: Account = {
    requests: 0,
    inputTokens: 0,
    cacheWriteTokens: 0,
    cacheReadTokens: 0,
    outputTokens: 0,
    costUsd: 0,
  };
  for (const { role, model = "", usage, startedAt } of requests) {
    if (role !== "worker" || usage === undefined) continue;
    const costUsd = costOf(usage, model, startedAt);
    if (costUsd === null) throw new Error(`${model} has no price`);
    sum = {
      requests: sum.requests + 1,
      inputTokens: sum.inputTokens + usage.inputTokens,
      cacheWriteTokens: sum.cacheWriteTokens + usage.cacheWriteTokens,
      cacheReadTokens: sum.cacheReadTokens + usage.cacheReadTokens,
      outputTokens: sum.outputTokens + usage.outputTokens,
      costUsd: sum.costUsd + costUsd,
    };
  }
  return sum;
}

const Costs = z.object({
  groups: z.array(
    z.object({
      key: z.string(),
      inputTokens: z.number(),
      cacheWriteTokens: z.number(),
      cacheReadTokens: z.number(),
      outputTokens: z.number(),
    }),
  ),
});

/** What `tutti cost` says of the tasks must be what the model server has seen. */
async function expectSameAccount(project: ScratchProject, account: Account): Promise<void> {
  const { stdout } = await runTutti(project, { args: ["cost", "--by", "task", "--json"] });
  const tasks = Costs.parse(JSON.parse(stdout)).groups.filter(({ key }) => !key.includes("("));
  for (const name of ["inputTokens", "cacheWriteTokens", "cacheReadTokens", "outputTokens"] as const) {
    const ours = tasks.reduce((sum, group) => sum + group[name], 0);
    if (ours !== account[name]) throw new Error(`${name}: tutti cost says ${ours}, the model server ${account[name]}`);
  }
}
