import { Tutti } from "tutti";

await using tutti = new Tutti({ orchestratorId: "example-parallel" });
const job = await tutti.createJob("A small library of number functions");

// None of them needs another one: as many run at once as there are workers.
await tutti.addSubtasks(job, [
  { key: "factorial", prompt: "Write factorial(n) into src/factorial.js", expectedOutputs: ["src/factorial.js"] },
  { key: "fibonacci", prompt: "Write fibonacci(n) into src/fibonacci.js", expectedOutputs: ["src/fibonacci.js"] },
  { key: "prime", prompt: "Write isPrime(n) into src/prime.js", expectedOutputs: ["src/prime.js"] },
]);

const results = await tutti.waitAndCollect(job);

for (const { key, status, text } of results.values()) console.log(`${key}: ${status}. ${text}`);
console.log(`Look at it: git log --stat tutti/${job}`);
