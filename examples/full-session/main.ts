import { Tutti } from "tutti";

const goal = "A task API with all four operations";
const routes = ["routes/tasks.js"];

await using tutti = new Tutti({ orchestratorId: "example-full-session" });
const job = await tutti.createJob(goal);

const server = await tutti.addSubtask(job, "Set up an Express server in server.js", {
  key: "server",
  priority: 10,
  expectedOutputs: ["server.js"],
});

// Four tasks for one file: they wait for one another without being told to, and each goes on from the work of the last.
const endpoints = await tutti.addSubtasks(job, [
  { key: "list", prompt: "Implement GET /tasks in routes/tasks.js", priority: 8, expectedOutputs: routes },
  { key: "create", prompt: "Implement POST /tasks in routes/tasks.js", priority: 8, expectedOutputs: routes },
  { key: "change", prompt: "Implement PUT /tasks/:id in routes/tasks.js", priority: 7, expectedOutputs: routes },
  { key: "remove", prompt: "Implement DELETE /tasks/:id in routes/tasks.js", priority: 7, expectedOutputs: routes },
]);
await tutti.addSubtask(job, "Write integration tests for every endpoint", {
  key: "tests",
  priority: 5,
  dependsOn: [server, ...endpoints],
  expectedOutputs: ["tests/tasks.test.js"],
});

let results = await tutti.waitAndCollect(job, { showProgress: true });

const failed = await tutti.getFailedTasks(job);
if (failed.length > 0) {
  console.log(`Trying again: ${failed.map(({ key }) => key).join(", ")}`);
  const prompts = failed.map(
    ({ taskId, prompt, reason }) => [taskId, `${prompt}. Last time: ${reason ?? ""}`] as const,
  );
  await tutti.retryFailedTasks(job, { prompts: Object.fromEntries(prompts) });
  results = await tutti.waitAndCollect(job, { showProgress: true });
}

for (const { key, status, attempts } of results.values()) console.log(`${key}: ${status} (attempts: ${attempts})`);
console.log(
  await tutti.synthesizeResults(results, {
    synthesisPrompt: `Report on "${goal}": what was built, what should be better, what the user does next.`,
  }),
);
console.log(`Bring it in: tutti merge ${job}`);
