import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti, runTuttiHere, startTutti, type TuttiResult } from "../support/tutti-process.ts";

let project: ScratchProject;

beforeEach(async () => {
  project = await scratchProject({ "README.md": "# Scratch\n" });
});

afterEach(() => project.remove());

/** Nobody listens there: a run that reached a model would not end with 2. */
const modelUrl = "http://127.0.0.1:9";

const run = (...args: readonly string[]) => runTuttiHere(project, args, { modelUrl });

async function expectRefused(result: Omit<TuttiResult, "signal">, message: RegExp): Promise<void> {
  expect(result.exitCode, result.stderr).toBe(2);
  expect(result.stderr.split("\n")[0]).toMatch(message);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect(await project.git("for-each-ref", "refs/tutti", "refs/heads/tutti")).toBe("");
}

const plan = (tasks: string): string => `summary: s\ntasks:\n${tasks}`;

describe("bad input gets one clear line, exit code 2, and nothing is started", () => {
  it("a folder that is no repository", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tutti-bare-"));
    const result = await runTuttiHere(project, ["run", "x", "--yes"], { modelUrl, cwd: folder });
    await rm(folder, { recursive: true });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(/^error: .*not in a git repository/);
    expect(result.stderr).toMatch(/\nhint: .*git init/);
  });

  it("a repository without a commit, with how to go on", async () => {
    await project.git("checkout", "-q", "--orphan", "empty");
    await project.git("update-ref", "-d", "refs/heads/main");
    const result = await run("run", "x", "--yes");
    await expectRefused(result, /no commit yet/);
    expect(result.stderr).toMatch(/hint: .*git commit/);
  });

  it("no key and no login", async () => {
    const result = await runTutti(project, { args: ["run", "x", "--yes"] });
    await expectRefused(result, /login/i);
    expect(result.stderr).toContain("ANTHROPIC_API_KEY");
  });

  it("an unknown model alias, with the one that was meant", async () => {
    await expectRefused(
      await run("run", "x", "--yes", "--worker-model", "sonet"),
      /models\.worker\.model.*did you mean sonnet/,
    );
  });

  it("an empty goal", async () => {
    await expectRefused(await run("run", "  ", "--yes"), /goal is empty/);
  });

  it("no goal at all", async () => {
    await expectRefused(await run("run", "--yes"), /No goal/);
  });

  it("a goal's file that isn't there", async () => {
    await expectRefused(await run("run", "--file", "nowhere.md", "--yes"), /nowhere\.md can't be read/);
  });

  it("a malformed configuration, with file, line and setting", async () => {
    await project.write({ "tutti.config.yaml": "execution:\n  workers: many\n" });
    await expectRefused(await run("run", "x", "--yes"), /tutti\.config\.yaml:2.*execution\.workers/);
  });

  it("an unknown setting, with the one that was meant", async () => {
    await project.write({ "tutti.config.yaml": "execution:\n  worker: 2\n" });
    await expectRefused(await run("run", "x", "--yes"), /worker.*workers/);
  });

  it("a malformed plan, with file, line and field", async () => {
    await project.write({ "plan.yaml": plan("  - { key: a, title: A, prompt: P, priority: 11 }\n") });
    await expectRefused(await run("run", "--plan", "plan.yaml", "--yes"), /plan\.yaml:3.*tasks\[0\]\.priority/);
  });

  it("a plan that is no YAML", async () => {
    await project.write({ "plan.yaml": "summary: [\n" });
    await expectRefused(await run("run", "--plan", "plan.yaml", "--yes"), /plan\.yaml:\d/);
  });

  it("a cycle, with its path", async () => {
    const tasks =
      "  - { key: a, title: A, prompt: P, dependsOn: [b] }\n  - { key: b, title: B, prompt: P, dependsOn: [a] }\n";
    await project.write({ "plan.yaml": plan(tasks) });
    await expectRefused(await run("run", "--plan", "plan.yaml", "--yes"), /a -> b -> a/);
  });

  it("a flag that doesn't exist", async () => {
    await expectRefused(await run("run", "x", "--bogus"), /--bogus/);
  });

  it("a job that doesn't exist", async () => {
    await expectRefused(await run("resume", "nothing"), /nothing/);
  });

  it("nothing half-written in the user's repository", async () => {
    await run("run", "  ", "--yes");
    expect(existsSync(join(project.root, ".tutti"))).toBe(false);
    expect(await project.git("status", "--porcelain")).toBe("");
  });
});

describe("a job that another coordinator has", () => {
  it("is refused to a second one, which says who has it", async () => {
    const script = { answers: { "*": { text: "working", hang: true } } };
    await project.write({
      "tutti.config.yaml": "agent:\n  kind: fake\n  fakeScript: script.json\n",
      "script.json": JSON.stringify(script),
      "plan.yaml": plan("  - { key: a, title: A, prompt: P }\n"),
    });
    const first = startTutti(project, { args: ["run", "--plan", "plan.yaml", "--yes", "--json"] });
    await expect.poll(() => first.stdout(), { timeout: 30_000 }).toContain("attempt-started");

    const second = await runTutti(project, { args: ["resume"] });

    expect(second.exitCode, second.stderr).toBe(2);
    expect(second.stderr).toMatch(/Another coordinator is already on job/);
    expect(second.stderr).toContain(String(first.child.pid));
    first.child.kill("SIGINT");
    expect((await first.ended).exitCode).toBe(130);
  });
});

describe("a dirty checkout", () => {
  it("is allowed, with a line that says what is not part of the base", async () => {
    await project.write({
      "README.md": "# Changed\n",
      "tutti.config.yaml": "agent:\n  kind: fake\n  fakeScript: script.json\n",
      "script.json": JSON.stringify({
        answers: { "worker:a": { write: { "a.txt": "a\n" }, text: "done" }, "*": { text: "done" } },
      }),
      "plan.yaml": plan("  - { key: a, title: A, prompt: P, expectedOutputs: [a.txt] }\n"),
    });
    const result = await runTutti(project, { args: ["run", "--plan", "plan.yaml", "--yes"] });
    expect(result.stderr).toMatch(/uncommitted changes; they are not part of the base/);
    expect(result.exitCode, result.stderr).toBe(0);
  });
});
