import { z } from "zod";

import { workflow } from "../../workflow/workflow.ts";
import type { WorkflowCase } from "./run-life.ts";

/** Of each kind of call some, with branches, a wait of days and a failure that is caught. */
export const variedCase: WorkflowCase = {
  definition: workflow(
    "varied",
    { input: z.array(z.string()), output: z.unknown() },
    async (flow, files): Promise<unknown> => {
      const reviews = await flow.map(files, (file) => flow.agent("reviewer", `Review ${file}`));
      await flow.log("reviewed");
      const size = await flow.step("measure", async () => reviews.join("").length);
      const { isOk } = await flow.command("test", { run: "npm test" });
      await flow.sleep(3 * 24 * 3_600_000);
      const { approved } = await flow.approve("Go on?", { timeoutMs: 3_600_000 });
      const late = await flow.approve("And now?", { timeoutMs: 60_000 });
      const mail = await flow.receive("mail");
      const settled = await flow.settle([() => flow.agent("breaker", "Break"), () => flow.agent("fixer", "Fix")]);
      return { reviews, size, isOk, approved, by: late.by, mail, settled: settled.map(({ status }) => status) };
    },
  ),
  input: ["a.ts", "b.ts", "c.ts"],
  agents: {
    reviewer: ({ prompt }) => `${prompt}: fine`,
    fixer: () => "fixed",
    breaker: () => {
      throw new Error("broken");
    },
  },
  answers: ({ question }) => (question === "Go on?" ? { approved: true, afterMs: 1_800_000 } : undefined),
  signals: [{ name: "mail", payload: { subject: "Hello" }, afterMs: 60_000 }],
};

let runsOfProcess = 0;

/** Wrong on purpose: it asks for something else in each life of the process. */
export const forgetfulCase: WorkflowCase = {
  definition: workflow("forgetful", { input: z.null(), output: z.string() }, async (flow) => {
    runsOfProcess += 1;
    await flow.agent("one", "First");
    return flow.group(`life ${runsOfProcess}`, () => flow.agent("two", "Second"));
  }),
  input: null,
  agents: { "*": () => "done" },
};

export const longCase: WorkflowCase = {
  definition: workflow("long", { input: z.number(), output: z.array(z.string()) }, async (flow, steps) => {
    const done: string[] = [];
    for (let step = 1; step <= steps; step += 1) done.push(await flow.agent("builder", `Step ${step}`));
    return done;
  }),
  input: 15,
  agents: { builder: ({ prompt }) => `${prompt}: done` },
};
