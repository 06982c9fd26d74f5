import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, expect, it } from "vitest";

import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

afterEach(() => project.remove());

const asks = (agents: string) => `
import { z } from "zod";
import { workflow } from "tutti";

export default workflow("asks", { input: z.strictObject({ topic: z.string() }), output: z.string() }, async (flow, { topic }) => {
  await flow.step("begin", async () => topic);
  const found = await flow.map(${agents}, (name) => flow.agent("explorer", { prompt: name + " " + topic }));
  const { approved } = await flow.approve("Enough of " + topic + "?");
  return approved ? found.join() : "no";
});
`;

it("says at which call a workflow would go on, and shows where changed code breaks what is recorded", async () => {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml":
      "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 2, memoryPerWorkerMb: 64, minFreeMemoryMb: 64 }\n",
    "script.json": JSON.stringify({ answers: { "*": { text: "seen" } } }),
    ".tutti/workflows/asks.ts": asks('["one", "two", "three"]'),
    "other.ts": asks('["one", "two", "four"]'),
  });
  const file = join(project.root, ".tutti/workflows/asks.ts");
  const replay = (...args: readonly string[]) => runTutti(project, { args: ["replay", "asks", ...args] });

  const run = await runTutti(project, { args: ["workflow", "run", "asks", "--set", "topic=moths"] });
  expect(run.exitCode, run.stderr).toBe(3);

  const same = await replay();
  expect(same.exitCode, same.stderr).toBe(0);
  expect(same.stdout).toMatch(/^Run 1 of workflow asks, job asks-\S+, with the code that it has\n/);
  expect(same.stdout).toMatch(/The same: 7 recorded calls match; the run would go on at main 5 receive "approval /);

  await writeFile(file, asks('["one", "two", "three"]').replace('"begin"', '"open"'));
  const renamed = await replay();
  expect(renamed.exitCode).toBe(1);
  expect(renamed.stdout).toContain(
    '@@ main, call 1 @@\n- main 1 step "step begin"\n+ main 1 step "step open"\n  main 2 step "all map"\n',
  );
  expect(renamed.stdout).toContain("--begin-anew");

  await writeFile(file, asks('["one", "two"]'));
  const fewer = await replay("--json");
  expect(fewer.exitCode).toBe(1);
  expect(JSON.parse(fewer.stdout)).toMatchObject({
    ...{ isSame: false, isSameCode: false, recorded: 7, matched: 6 },
    divergences: [{ scope: "main.2.2", recorded: [{ kind: "step", name: "agent explorer" }], asked: [] }],
  });

  const other = await replay("--workflow", "other.ts", "--json");
  expect(other.exitCode, other.stderr).toBe(0);
  expect(JSON.parse(other.stdout)).toMatchObject({ isSame: true, isSameCode: false });

  const none = await replay("--number", "7");
  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain("has no run 7");

  expect((await runTutti(project, { args: ["job", "cancel"] })).exitCode).toBe(0);
  const pruned = await runTutti(project, { args: ["state", "prune", "--older-than", "0m", "--journals", "--json"] });
  expect(JSON.parse(pruned.stdout)).toMatchObject({ journals: { jobs: 1, keptJobs: 0, runs: 5 } });
  const gone = await replay();
  expect(gone.exitCode).toBe(2);
  expect(gone.stderr).toMatch(/The journal of workflow asks .* was removed by tutti state prune --journals/);
}, 120_000);
