import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { runWorkflow } from "../../testing/workflow/run-workflow.ts";
import type { CommandResult } from "../../workflow/flow.ts";
import type { AgentCall, CommandCall } from "../../workflow/host.ts";
import { workflow } from "../../workflow/workflow.ts";
import { branchStep } from "./branch-step.ts";
import { commandPair } from "./command-pair.ts";
import { commitStep } from "./commit-step.ts";
import { fileStep } from "./file-step.ts";
import type { SagaStep } from "./saga-options.ts";
import { saga } from "./saga.ts";
import { scratchFolder, type ScratchFolder } from "./scratch-folder.fixture.ts";

let project: ScratchFolder;
let folder: string;

beforeEach(() => {
  project = scratchFolder();
  ({ folder } = project);
});

afterEach(() => project.remove());

const git = (...args: readonly string[]): string => project.git(...args);
const commit = (text: string): string => project.commit(text);
const really = (call: CommandCall): CommandResult => project.really(call);

const fails: SagaStep = {
  name: "fails",
  do: async () => {
    throw new Error("no");
  },
  irreversible: true,
};

async function run(steps: readonly SagaStep[], agents: Readonly<Record<string, (call: AgentCall) => string>> = {}) {
  const body = workflow("test", { input: z.null(), output: z.json() }, async (flow) =>
    z.json().parse(JSON.parse(JSON.stringify(await saga(flow, { steps, retryDelayMs: 0 })))),
  );
  return runWorkflow(body, { input: null, commands: { "*": really }, answers: () => ({ approved: true }), agents });
}

const between = (name: string, effect: () => unknown): SagaStep => ({
  name,
  do: (flow) =>
    flow.step(name, async () => {
      effect();
      return null;
    }),
  compensate: async () => null,
});

describe("a step that makes a branch", () => {
  it("makes it at the commit, checks nothing out, and deletes it when it is taken back", async () => {
    const { output } = await run([branchStep({ branch: "release/1.0" })]);
    expect(output).toMatchObject({ status: "completed" });
    expect(git("rev-parse", "release/1.0")).toBe(git("rev-parse", "HEAD"));
    expect(git("branch", "--show-current")).toBe("main");
    git("branch", "--delete", "release/1.0");
    expect((await run([branchStep({ branch: "release/1.0", at: "main" }), fails])).output).toMatchObject({
      status: "compensated",
    });
    expect(git("branch", "--list")).toBe("* main");
  });

  it("leaves one that was there alone, and says so", async () => {
    git("branch", "release");
    const { output } = await run([branchStep({ branch: "release" })]);
    expect(output).toMatchObject({
      failed: { error: { code: "CONFLICT", message: expect.stringContaining("there already") } },
    });
    expect(git("rev-parse", "release")).toBe(git("rev-parse", "HEAD"));
  });

  it.each([
    ["points elsewhere by then", () => git("branch", "--force", "release", commit("two")), "points to"],
    ["is checked out by then", () => git("checkout", "--quiet", "release"), "is checked out"],
  ])("does not delete one that %s", async (_, change, says) => {
    const { output } = await run([branchStep({ branch: "release" }), between("change", change), fails]);
    expect(output).toMatchObject({
      status: "compensation-failed",
      left: [{ name: "branch release", error: { code: "CONFLICT", message: expect.stringContaining(says) } }],
    });
    expect(git("rev-parse", "--verify", "release")).not.toBe("");
  });

  it("knows the branch that it made before a crash", async () => {
    git("update-ref", "--create-reflog", "-m", "tutti: run branch release", "refs/heads/release", "HEAD");
    const body = workflow("test", { input: z.null(), output: z.json() }, async (flow) =>
      branchStep({ branch: "release" }).do(flow, {}),
    );
    const commands = {
      "look for release": () => ({ isOk: true, exitCode: 0, output: "" }),
      "*": really,
    };
    const { output } = await runWorkflow(body, { input: null, commands });
    expect(output).toEqual({ branch: "release", commit: git("rev-parse", "HEAD") });
  });

  it.each(["a..b", "-a", "a b", "a.lock", "tutti/job", "a/", ""])("refuses the name %j", (branch) => {
    expect(() => branchStep({ branch })).toThrow(expect.objectContaining({ code: "WORKFLOW_INVALID" }));
  });
});

describe("a step that writes a file", () => {
  const path = "deep/settings.txt";
  const read = () => readFileSync(join(folder, path), "utf8");

  it("writes it, and removes it when it is taken back", async () => {
    await run([fileStep({ path, content: "new\n\n" })]);
    expect(read()).toBe("new\n\n");
    rmSync(join(folder, "deep"), { recursive: true });
    expect((await run([fileStep({ path, content: "new" }), fails])).output).toMatchObject({ status: "compensated" });
    expect(existsSync(join(folder, path))).toBe(false);
  });

  it("restores what was there, byte by byte and with its mode, and keeps a copy", async () => {
    mkdirSync(join(folder, "deep"));
    const old = Buffer.from([0, 255, 10, 13, 10]);
    writeFileSync(join(folder, path), old);
    chmodSync(join(folder, path), 0o755);
    const { output } = await run([fileStep({ path, content: () => "new" }), fails]);
    expect(output).toMatchObject({ status: "compensated" });
    expect(readFileSync(join(folder, path))).toEqual(old);
    expect(statSync(join(folder, path)).mode & 0o777).toBe(0o755);
    expect(git("for-each-ref", "--format=%(objecttype)", "refs/tutti/")).toBe("blob");
  });

  it("does not touch what somebody has changed since", async () => {
    const meddle = between("meddle", () => writeFileSync(join(folder, path), "theirs"));
    const { output } = await run([fileStep({ path, content: "ours" }), meddle, fails]);
    expect(output).toMatchObject({ status: "compensation-failed", left: [{ error: { code: "CONFLICT" } }] });
    expect(read()).toBe("theirs");
  });

  it("refuses to follow a link out of the project", async () => {
    symlinkSync(tmpdir(), join(folder, "deep"));
    const { output } = await run([fileStep({ path, content: "x" })]);
    expect(output).toMatchObject({ failed: { error: { message: expect.stringContaining("outside of the project") } } });
  });

  it.each([
    "/etc/passwd",
    "../x",
    "a/../../x",
    ".git/config",
    "a/.GIT/hooks/x",
    ".tutti/workflows/x.ts",
    "a//b",
    "a\n/../../b",
    "",
  ])("refuses the path %j", (wrong) => {
    expect(() => fileStep({ path: wrong, content: "" })).toThrow(expect.objectContaining({ code: "WORKFLOW_INVALID" }));
  });
});

describe("a pair of commands", () => {
  const log = () => readFileSync(join(folder, "log"), "utf8");

  it("gives what the first said to the one that takes it back, as it is", async () => {
    const pair = commandPair({
      name: "open",
      do: 'echo note; echo "it\'s; rm -rf x"',
      undo: ["sh", "-c", 'echo "closed $1 of $2" > log', "sh", "{{lastLine}}", "{{output}}"],
    });
    expect((await run([pair, fails])).output).toMatchObject({ status: "compensated" });
    expect(log()).toBe("closed it's; rm -rf x of note\nit's; rm -rf x\n");
  });

  it("fails with what the command said", async () => {
    const { output } = await run([commandPair({ name: "open", do: "echo no login; exit 3", undo: "true" })]);
    expect(output).toMatchObject({
      failed: { error: { code: "PROCESS_FAILED", message: "open ended with exit code 3: no login" } },
    });
  });

  it("does not run twice when a crash swallowed its end, and does not take back what others did", async () => {
    const pair = commandPair({ name: "open", do: "echo ran >> log", undo: "true", isDone: ["test", "-e", "log"] });
    const body = workflow("test", { input: z.null(), output: z.json() }, async (flow) =>
      pair.do(flow, {}).then(() => null),
    );
    writeFileSync(join(folder, "log"), "ran\n");
    const crashed = { "open: is it there already?": () => ({ isOk: false, exitCode: 1, output: "" }), "*": really };
    await runWorkflow(body, { input: null, commands: crashed });
    expect(log()).toBe("ran\n");
    expect((await run([pair])).output).toMatchObject({ failed: { error: { code: "CONFLICT" } } });
  });

  it("refuses an output in a line for the shell", () => {
    expect(() => commandPair({ name: "a", do: "x", undo: "close {{output}}" })).toThrow(/undo: must be a list/);
  });

  it.each([
    { undo: ["sh", "-c", "gh pr close {{lastLine}}"] },
    { undo: ["env", "bash", "-e", "-lc", "close {{output}}"] },
    { undo: ["{{output}}"] },
  ])("refuses an output as a part of a script: %j", ({ undo }) => {
    expect(() => commandPair({ name: "a", do: "x", undo })).toThrow(/undo: must not take .* within a script/);
  });

  it.each([
    { undo: ["sh", "-c", 'gh pr close "$1"', "sh", "{{lastLine}}"] },
    { undo: ["docker", "run", "-e", "ID={{lastLine}}", "x"] },
  ])("takes an output as an argument: %j", ({ undo }) => {
    expect(() => commandPair({ name: "a", do: "x", undo })).not.toThrow();
  });
});

describe("a step whose agent changes files", () => {
  const agents = {
    builder: ({ title }: AgentCall) => {
      commit(title === "change" ? "changed" : "one");
      return "done";
    },
  };

  it("is taken back by the reverse change, which is checked", async () => {
    const { output, host } = await run(
      [commitStep({ name: "change", agent: "builder", prompt: "Change it" }), fails],
      agents,
    );
    expect(output).toMatchObject({ status: "compensated" });
    expect(readFileSync(join(folder, "app.js"), "utf8")).toBe("one");
    expect(host.calls.at(-1)?.prompt).toContain("-changed");
  });

  it("is left to a person when the files are not what they were, whatever the agent says", async () => {
    const lazy = {
      builder: ({ title }: AgentCall) => (title === "change" ? agents.builder({ title } as AgentCall) : "taken back!"),
    };
    const { output } = await run([commitStep({ name: "change", agent: "builder", prompt: "Change it" }), fails], lazy);
    expect(output).toMatchObject({ status: "compensation-failed", left: [{ name: "change" }] });
  });
});
