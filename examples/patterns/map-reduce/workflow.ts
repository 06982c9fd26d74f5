/** Has each text of a project read by itself, and reports on all of them, however many there are. */
import { mapReduce, workflow } from "tutti";
import { z } from "zod";

const reading = z.object({ summary: z.string(), isClear: z.boolean() });

export const survey = workflow(
  "survey",
  {
    description: "Reads every file of a kind, and reports on all of them",
    input: z.strictObject({ files: z.string() }),
    output: z.object({ report: z.string().nullable(), unread: z.array(z.string()) }),
  },
  async (flow, { files }) => {
    const { result, items } = await mapReduce(flow, {
      split: {
        run: async () => {
          const { output } = await flow.command("find files", { run: ["git", "ls-files", files] });
          return output.split("\n").filter((line) => line !== "");
        },
      },
      map: {
        agent: "explorer",
        access: "read",
        prompt: ({ item }) => `Read ${item}. What does it say, and is that clear?`,
        result: reading,
      },
      reduce: { agent: "analyzer", access: "read", prompt: "Report what the texts say, the unclear ones first." },
    });
    return { report: result, unread: items.filter(({ status }) => status === "failed").map(({ name }) => name) };
  },
);
