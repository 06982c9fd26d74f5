import { afterEach, describe, expect, it } from "vitest";

import type { Simulator } from "../../src/simulator/index.ts";
import { inspectJob, statusesOf } from "../support/inspect-job.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes, type Script } from "../support/scripted-model.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

async function start(script: Script, config = ""): Promise<void> {
  project = await scratchProject({
    "README.md": "# Scratch\n",
    "tutti.config.yaml": `execution:\n  workers: 2\n${config}`,
  });
  model = await scriptedModel(script);
}

const run = (...args: readonly string[]) => runAs({}, ...args);

const runAs = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  runTutti(project, {
    args: args.length > 0 ? args : ["run", "Do the work", "--yes", "--json"],
    modelUrl: model.url,
    env,
  });

/** Only a subscription's answers carry the time at which its quota comes back. */
const subscription = { ANTHROPIC_API_KEY: "", CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-test" };

const gate = "gates:\n  - name: good\n    run: '! grep -rq bad out'\n";

describe("a task that fails its gate", () => {
  it("is told why, twice, and passes in the third attempt", async () => {
    await start(
      {
        tasks: [{ key: "one", expectedOutputs: ["out/one.txt"] }],
        workers: {
          "one#1": [writes({ "out/one.txt": "bad\n" }), says("Done.")],
          "one#2": [writes({ "out/one.txt": "still bad\n" }), says("Done.")],
          "one#3": [writes({ "out/one.txt": "good\n" }), says("Done.")],
        },
      },
      gate,
    );

    expect((await run()).exitCode).toBe(0);

    const facts = await inspectJob(project);
    expect(facts.attempts["one"]?.map(({ status }) => status)).toEqual(["rejected", "rejected", "accepted"]);
    expect(facts.attempts["one"]?.[0]?.feedback).toContain('The check "good"');
    expect(await project.git("show", `${facts.job.branch}:out/one.txt`)).toBe("good");
  });
});

describe("a task that can't succeed", () => {
  it("fails after its attempts, blocks what needs it, and lets the rest complete", async () => {
    await start(
      {
        tasks: [
          { key: "bad", expectedOutputs: ["out/bad.txt"] },
          { key: "after", dependsOn: ["bad"] },
          { key: "later", dependsOn: ["after"] },
          { key: "good", expectedOutputs: ["good.txt"] },
        ],
        workers: {
          bad: [writes({ "out/bad.txt": "bad\n" }), says("Done.")],
          good: [writes({ "good.txt": "good\n" }), says("Done.")],
        },
      },
      gate,
    );

    expect((await run()).exitCode).toBe(1);

    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ bad: "failed", after: "blocked", later: "blocked", good: "completed" });
    expect(facts.attempts["bad"]).toHaveLength(3);
    expect(facts.report?.tasks.find(({ key }) => key === "bad")?.reason).toContain("good");
    await expect(project.git("show", `${facts.job.branch}:out/bad.txt`)).rejects.toThrow();
  });
});

describe("a model server in trouble", () => {
  it("is asked again after 529s, and nothing counts as an attempt", async () => {
    await start({
      tasks: [{ key: "one", expectedOutputs: ["one.txt"] }],
      workers: { one: [{ ...writes({ "one.txt": "1\n" }), fault: { status: 529, times: 3 } }, says("Done.")] },
    });

    expect((await run()).exitCode).toBe(0);

    const facts = await inspectJob(project);
    expect(facts.attempts["one"]).toHaveLength(1);
    expect(statusesOf(facts)).toEqual({ one: "completed" });
  });

  it("may cut a stream in the middle", async () => {
    await start({
      tasks: [{ key: "one", expectedOutputs: ["one.txt"] }],
      workers: {
        one: [{ ...writes({ "one.txt": "1\n" }), fault: { disconnect: "midStream", times: 1 } }, says("Done.")],
      },
    });

    expect((await run()).exitCode).toBe(0);
    expect(statusesOf(await inspectJob(project))).toEqual({ one: "completed" });
  });

  it("pauses all dispatch when the quota ends; resume finishes, and nothing counted as done before", async () => {
    const resetAt = new Date(Date.now() + 3_600_000).toISOString();
    await start(
      {
        tasks: [
          { key: "one", expectedOutputs: ["one.txt"], priority: 9 },
          { key: "two", expectedOutputs: ["two.txt"], dependsOn: ["one"] },
          { key: "three", expectedOutputs: ["three.txt"], dependsOn: ["two"] },
        ],
        workers: {
          one: [writes({ "one.txt": "1\n" }), says("Done.")],
          two: [{ ...writes({ "two.txt": "2\n" }), fault: { status: 429, times: 1, resetAt } }, says("Done.")],
          three: [writes({ "three.txt": "3\n" }), says("Done.")],
        },
      },
      "",
    );

    const paused = await runAs(subscription);
    expect(paused.exitCode, paused.stderr).toBe(4);
    expect(statusesOf(await inspectJob(project))).toEqual({ one: "completed", two: "waiting", three: "pending" });

    const resumed = await runAs(subscription, "resume", "--json");
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(statusesOf(facts)).toEqual({ one: "completed", two: "completed", three: "completed" });
    expect(facts.attempts["two"]).toHaveLength(1);
  });
});

describe("two tasks that edit one line", () => {
  const edit = (to: string) => [
    { reads: ["list.txt"] },
    { edits: [{ file: "list.txt", old: "base", new: to }] },
    says(to),
  ];

  it("conflict, and a resolver agent settles it", async () => {
    await start({
      tasks: [{ key: "left" }, { key: "right" }],
      workers: { left: edit("left"), right: edit("right") },
      resolver: [writes({ "list.txt": "left and right\n" }), says("Kept both.")],
    });
    await project.write({ "list.txt": "base\n" });
    await project.git("add", "-A");
    await project.git("commit", "-qm", "list");

    const result = await run();

    expect(result.exitCode, result.stderr).toBe(0);
    const facts = await inspectJob(project);
    expect(await project.git("show", `${facts.job.branch}:list.txt`)).toBe("left and right");
    expect(facts.events.some(({ type }) => type === "integration-conflicted")).toBe(true);
  });

  it("wait for a person when the resolver leaves the markers: exit code 3", async () => {
    await start({
      tasks: [{ key: "left" }, { key: "right" }],
      workers: { left: edit("left"), right: edit("right") },
      resolver: [says("I don't know.")],
    });
    await project.write({ "list.txt": "base\n" });
    await project.git("add", "-A");
    await project.git("commit", "-qm", "list");

    expect((await run()).exitCode).toBe(3);

    const facts = await inspectJob(project);
    expect(Object.values(statusesOf(facts)).toSorted()).toEqual(["completed", "waiting"]);
    expect(facts.job.status).toBe("waiting");
  });
});

describe("an agent that writes outside its slot", () => {
  it("is refused, and the user's checkout is as it was", async () => {
    await start({ tasks: [], workers: {} });
    const outside = `${project.root}/README.md`;
    await model.close();
    model = await scriptedModel({
      tasks: [{ key: "stray", expectedOutputs: ["inside.txt"] }],
      workers: {
        stray: [
          { tools: [{ name: "Write", input: { file_path: `${project.root}/planted.txt`, content: "planted\n" } }] },
          { tools: [{ name: "Bash", input: { command: `echo overwritten > ${outside}`, description: "write" } }] },
          {
            tools: [
              {
                name: "Bash",
                input: { command: `git -C ${project.root} commit --allow-empty -m stray`, description: "commit" },
              },
            ],
          },
          writes({ "inside.txt": "here\n" }),
          says("Done."),
        ],
      },
    });
    const before = [await project.git("rev-parse", "HEAD"), await project.git("status", "--porcelain")];

    const result = await run();

    expect(result.exitCode, result.stderr).toBe(0);
    expect([await project.git("rev-parse", "HEAD"), await project.git("status", "--porcelain")]).toEqual(before);
    expect(await project.git("show", "HEAD:README.md")).toBe("# Scratch");
    const facts = await inspectJob(project);
    expect(facts.events.some(({ type }) => type === "permission-denied")).toBe(true);
    expect(await project.git("show", `${facts.job.branch}:inside.txt`)).toBe("here");
  });
});
