import { Tutti } from "tutti";
import { z } from "zod";

const Findings = z.object({
  findings: z.array(z.object({ file: z.string(), problem: z.string(), isUrgent: z.boolean() })),
});

await using tutti = new Tutti({ orchestratorId: "example-adaptive" });
const job = await tutti.createJob("Clean the code up");

// With a schema, the answer is data and not prose.
const reading = await tutti.addSubtask(job, "Read the source code. Which of its problems are worth fixing?", {
  key: "read",
  result: Findings,
});
const { result } = await tutti.waitForTask(reading, { result: Findings });

// What there is to do is known only now: the running job gets more tasks.
for (const { file, problem, isUrgent } of result?.findings ?? []) {
  console.log(`found in ${file}: ${problem}`);
  await tutti.addSubtask(job, `In ${file}: ${problem}. Fix it.`, {
    key: `fix-${file.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`,
    priority: isUrgent ? 10 : 5,
    contextFiles: [file],
    footprint: [file],
  });
}
const results = await tutti.waitAndCollect(job);

const fixed = [...results.values()].filter(({ key, status }) => key !== "read" && status === "completed");
console.log(`${fixed.length} of ${results.size - 1} problems are fixed`);
