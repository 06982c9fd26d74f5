import { DBOS } from "@dbos-inc/dbos-sdk";
import { ask } from "./ask.mjs";

const [, , databaseUrl, , ...files] = process.argv;

const checkFile = DBOS.registerWorkflow(
  async (file) => {
    const finding = await DBOS.runStep(() => ask(`Review bench file ${file} for defects.`), { name: "review" });
    return DBOS.runStep(() => ask(`Verify this: ${finding}`), { name: "verify" });
  },
  { name: "checkFile" },
);

const checkFiles = DBOS.registerWorkflow(
  async (all) => {
    const handles = [];
    for (const file of all) handles.push(await DBOS.startWorkflow(checkFile, { queueName: "checks" })(file));
    return Promise.all(handles.map((handle) => handle.getResult()));
  },
  { name: "checkFiles" },
);

DBOS.setConfig({ name: "check-files", systemDatabaseUrl: databaseUrl, logLevel: "error" });
await DBOS.launch();
await DBOS.registerQueue("checks", { workerConcurrency: 4, minPollingIntervalMs: 50 });
const handle = await DBOS.startWorkflow(checkFiles, { workflowID: "check-files" })(files);
const verdicts = await handle.getResult();
process.stdout.write(JSON.stringify(verdicts));
await DBOS.shutdown();
process.exit(0);
