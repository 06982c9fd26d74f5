/** From a wish to tested code: each stage knows what the ones before it found. */
import { sequentialPipeline, workflow } from "tutti";
import { z } from "zod";

export const feature = workflow(
  "feature",
  {
    description: "Finds the files, changes them, runs the tests",
    input: z.strictObject({ goal: z.string() }),
    output: z.object({ files: z.array(z.string()), built: z.string(), isTested: z.boolean() }),
  },
  async (flow, { goal }) => {
    const { results } = await sequentialPipeline(flow, {
      input: goal,
      stages: [
        {
          name: "analyze",
          agent: "analyzer",
          access: "read",
          prompt: "Which files does this concern?",
          result: z.object({ files: z.array(z.string()) }),
        },
        { name: "build", agent: "builder", prompt: "Do it, in the files of the analysis." },
        { name: "test", run: (own) => own.command("test", { run: "node --test" }) },
      ],
    });
    return { files: results.analyze.files, built: results.build, isTested: results.test.isOk };
  },
);
