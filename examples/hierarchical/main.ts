import { Tutti } from "tutti";

await using tutti = new Tutti({ orchestratorId: "example-hierarchical" });
const job = await tutti.createJob("An API with tests and a manual");

const api = await tutti.addSubtask(job, "Implement the HTTP API of the shop in src/api.js", {
  key: "api",
  priority: 10,
  expectedOutputs: ["src/api.js"],
});

// Both start from a working copy that has the API in it, and are told what its agent reported.
await tutti.addSubtasks(job, [
  { key: "tests", prompt: "Test the API", parentTaskId: api, expectedOutputs: ["test/api.test.js"] },
  { key: "manual", prompt: "Describe the API for its users", parentTaskId: api, expectedOutputs: ["docs/api.md"] },
]);

const results = await tutti.waitAndCollect(job);

for (const { key, status } of results.values()) console.log(`${key}: ${status}`);
const { completed, totalTasks, progressPct } = await tutti.getJobStatus(job);
console.log(`${completed} of ${totalTasks} tasks completed (${progressPct}%)`);
