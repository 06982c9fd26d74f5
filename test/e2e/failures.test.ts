import { afterEach, describe, expect, it } from "vitest";

import type { Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf, type JobFacts } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes, type Script } from "../support/scripted-model.ts";
import { startTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

const base = {
  "README.md": "# Scratch\n",
  "list.txt": "base\n",
  "tutti.config.yaml": "execution: { workers: 2 }\ngates: [{ name: good, run: '! grep -rq bad out' }]\n",
};

const task = (key: string, more: Readonly<Record<string, unknown>> = {}) => ({
  key,
  title: `Do ${key}`,
  prompt: `Do the work of ${key}.`,
  ...more,
});

const makes = (key: string) => ({ expectedOutputs: [`${key}.txt`] });

describe("tasks of the real Claude Code that get into trouble", { timeout: 240_000 }, () => {
  const plan = [
    task("left", { priority: 10 }),
    task("right", { priority: 10 }),
    task("one", { expectedOutputs: ["out/one.txt"] }),
    task("bad", { expectedOutputs: ["out/bad.txt"] }),
    task("after", { dependsOn: ["bad"] }),
    task("later", { dependsOn: ["after"] }),
    ...["busy", "cut", "inside"].map((key) => task(key, makes(key))),
  ];

  it("are told why, asked again, settled or refused each in its own way, and the rest of the job completes", async () => {
    project = await scratchProject(base);
    model = await scriptedModel(troubles(project));
    await project.write({ "../home/plan.json": JSON.stringify({ summary: "Troubles", tasks: plan }) });
    const checkout = async () => [await project.git("rev-parse", "HEAD"), await project.git("status", "--porcelain")];
    const before = await checkout();

    const args = ["run", "--plan", "../home/plan.json", "--yes", "--json"];
    // On a loaded machine there would be one worker, and no conflict: both begin on one tip before either goes on.
    const running = startTutti(project, { args, modelUrl: model.url, env: { TUTTI_FAULT_IDLE: "1" } });
    await Promise.all(["left", "right"].map((key) => model.whenRequest((request) => request.task === key)));
    await project.write({ "../home/go": "" });
    const { exitCode, stdout, stderr } = await running.ended;

    expect(exitCode, stdout + stderr).toBe(1);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({
      ...Object.fromEntries(["left", "right", "one", "busy", "cut", "inside"].map((key) => [key, "completed"])),
      bad: "failed",
      after: "blocked",
      later: "blocked",
    });
    const merged = (path: string) => project.git("show", `${facts.job.branch}:${path}`);
    expectFeedback(facts);
    expect(await merged("out/one.txt")).toBe("good");
    await expect(merged("out/bad.txt")).rejects.toThrow();
    expect(facts.attempts["busy"]).toHaveLength(1);
    expect(await merged("list.txt")).toBe("left and right");
    expect(facts.events.some(({ type }) => type === "integration-conflicted")).toBe(true);
    expect(await checkout()).toEqual(before);
    expect(await project.git("show", "HEAD:README.md")).toBe("# Scratch");
    expect(facts.events.some(({ type }) => type === "permission-denied")).toBe(true);
    expect(await merged("inside.txt")).toBe("here");
    expect(model.unmatched).toEqual([]);
  });
});

/** What the agents do, of which one tries to write outside its slot. */
function troubles({ root, home }: ScratchProject): Script {
  const edit = (to: string) => [
    { runs: `until test -e ${home}/go; do sleep 0.1; done` },
    { reads: ["list.txt"] },
    { edits: [{ file: "list.txt", old: "base", new: to }] },
    says(to),
  ];
  const bash = (command: string) => ({ tools: [{ name: "Bash", input: { command, description: "work" } }] });
  const planted = { file_path: `${root}/planted.txt`, content: "planted\n" };
  return {
    tasks: [],
    workers: {
      left: edit("left"),
      right: edit("right"),
      "one#1": [writes({ "out/one.txt": "bad\n" }), says("Done.")],
      "one#2": [writes({ "out/one.txt": "still bad\n" }), says("Done.")],
      "one#3": [writes({ "out/one.txt": "good\n" }), says("Done.")],
      bad: [writes({ "out/bad.txt": "bad\n" }), says("Done.")],
      busy: [{ ...writes({ "busy.txt": "1\n" }), fault: { status: 529, times: 3 } }, says("Done.")],
      cut: [{ ...writes({ "cut.txt": "1\n" }), fault: { disconnect: "midStream", times: 1 } }, says("Done.")],
      inside: [
        { tools: [{ name: "Write", input: planted }] },
        bash(`echo overwritten > ${root}/README.md`),
        bash(`git -C ${root} commit --allow-empty -m stray`),
        writes({ "inside.txt": "here\n" }),
        says("Done."),
      ],
    },
    resolver: [writes({ "list.txt": "left and right\n" }), says("Kept both.")],
  };
}

function expectFeedback({ attempts, report }: JobFacts): void {
  expect(attempts["one"]?.map(({ status }) => status)).toEqual(["rejected", "rejected", "accepted"]);
  expect(attempts["one"]?.[0]?.feedback).toContain('The check "good"');
  expect(attempts["bad"]).toHaveLength(3);
  expect(report?.tasks.find(({ key }) => key === "bad")?.reason).toContain("good");
}
