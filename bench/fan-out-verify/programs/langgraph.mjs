import { Annotation, Command, END, Send, START, StateGraph } from "@langchain/langgraph";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { ask } from "./ask.mjs";

const [, , databaseUrl, mode, ...files] = process.argv;

const State = Annotation.Root({
  files: Annotation(),
  verdicts: Annotation({ reducer: (known, more) => [...known, ...more], default: () => [] }),
});

const checkpointer = PostgresSaver.fromConnString(databaseUrl);
await checkpointer.setup();

const graph = new StateGraph(State)
  .addNode("split", ({ files: all }) => new Command({ goto: all.map((file) => new Send("review", { file })) }), {
    ends: ["review"],
  })
  .addNode(
    "review",
    async ({ file }) => {
      const finding = await ask(`Review bench file ${file} for defects.`);
      return new Command({ goto: new Send("verify", { finding }) });
    },
    { ends: ["verify"] },
  )
  .addNode("verify", async ({ finding }) => ({ verdicts: [await ask(`Verify this: ${finding}`)] }))
  .addEdge(START, "split")
  .addEdge("verify", END)
  .compile({ checkpointer });

const config = { configurable: { thread_id: "check-files" }, maxConcurrency: 4, recursionLimit: 100 };
const { verdicts } = await graph.invoke(mode === "resume" ? null : { files }, config);
process.stdout.write(JSON.stringify(verdicts));
process.exit(0);
