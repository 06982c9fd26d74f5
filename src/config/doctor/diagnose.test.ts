import { execa } from "execa";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempProject } from "../temp-project.fixture.ts";
import { checkRepository } from "./check-repository.ts";
import { checkSandbox } from "./check-sandbox.ts";
import { diagnose, type DiagnoseOptions } from "./diagnose.ts";
import { judgeDisk, judgeGit, judgeMemory, judgeNode } from "./judge.ts";

const { dirs, inProject } = tempProject();

const isolated = () => ({
  PATH: process.env["PATH"],
  HOME: dirs().home,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CEILING_DIRECTORIES: dirs().root,
});
const git = (...args: string[]) =>
  execa("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
    cwd: dirs().projectDir,
    env: isolated(),
    extendEnv: false,
  });
async function commitSomething() {
  await git("init", "--quiet");
  await inProject("a.txt", "a\n");
  await git("add", ".");
  await git("commit", "--quiet", "-m", "start");
}

const run = (some: Partial<DiagnoseOptions> = {}) =>
  diagnose({
    projectDir: dirs().projectDir,
    home: dirs().home,
    env: isolated(),
    stateDir: join(dirs().root, "state", "deep"),
    ...some,
  });
const find = async (name: string, some: Partial<DiagnoseOptions> = {}) =>
  (await run(some)).find((entry) => entry.name === name);

describe("diagnose", () => {
  test("a clean repository on this machine: git, node, settings and repository are fine", async () => {
    await commitSomething();
    const entries = await run();
    const names = ["settings", "node", "git", "repository", "disk", "memory", "sandbox"];
    expect(entries.map(({ name }) => name)).toEqual(names);
    const fine = entries.filter(({ name }) => ["settings", "node", "git", "repository"].includes(name));
    expect(fine.map(({ status }) => status)).toEqual(["ok", "ok", "ok", "ok"]);
  });

  test("whatever is not fine says what to do, and what is fine does not", async () => {
    await inProject("tutti.config.yaml", "execution: { workers: 0 }\n");
    const entries = await run({ env: { ...isolated(), PATH: "/nowhere" } });
    const fixes = (isFine: boolean) =>
      entries.filter(({ status }) => (status === "ok") === isFine).map(({ fix }) => fix !== undefined);
    expect(new Set(fixes(true))).toEqual(new Set([false]));
    expect(new Set(fixes(false))).toEqual(new Set([true]));
    expect(entries.filter(({ status }) => status === "failed").map(({ name }) => name)).toEqual([
      "settings",
      "git",
      "repository",
    ]);
  });

  test("settings that can't be used are shown with the loader's message and hint", async () => {
    await inProject("tutti.config.yaml", "execution:\n  worker: 3\n");
    expect(await find("settings")).toEqual({
      name: "settings",
      status: "failed",
      detail: "tutti.config.yaml:2: execution.worker is not a setting; did you mean execution.workers?",
      fix: "Write execution.workers instead, or remove it.",
    });
  });

  test("the agent's own entries come along, and get the settings", async () => {
    await inProject("tutti.config.yaml", "agent: { executablePath: /opt/claude }\n");
    const agentDiagnosis: DiagnoseOptions["agentDiagnosis"] = async ({ agent }) => [
      { name: "claude", status: "ok", detail: agent.executablePath ?? "" },
    ];
    expect(await find("claude", { agentDiagnosis })).toMatchObject({ detail: "/opt/claude" });
  });

  test("an agent whose checks break is a failed entry", async () => {
    const agentDiagnosis = () => Promise.reject(new Error("no binary for this platform"));
    expect(await find("agent", { agentDiagnosis })).toMatchObject({
      status: "failed",
      detail: "could not be checked: no binary for this platform",
    });
  });
});

describe("repository", () => {
  const check = () => checkRepository({ projectDir: dirs().projectDir, env: isolated() });

  test("a folder outside of git fails", async () => {
    expect(await check()).toMatchObject({ status: "failed", detail: expect.stringContaining("not a git work tree") });
  });

  test("a bare repository fails, and is not told to become one", async () => {
    await git("init", "--quiet", "--bare");
    expect(await check()).toMatchObject({ status: "failed", fix: expect.stringContaining("git worktree add") });
  });

  test("a repository that git can't use fails with git's words", async () => {
    await git("init", "--quiet");
    await git("config", "core.repositoryFormatVersion", "1");
    await git("config", "extensions.fromTheFuture", "true");
    expect(await check()).toMatchObject({ status: "failed", detail: expect.stringContaining("fromthefuture") });
  });

  test("a repository without a commit fails", async () => {
    await git("init", "--quiet");
    expect(await check()).toMatchObject({ status: "failed", detail: expect.stringContaining("no commit yet") });
  });

  test("uncommitted changes are a warning with their number", async () => {
    await commitSomething();
    await inProject("a.txt", "changed\n");
    await inProject("new.txt", "new\n");
    expect(await check()).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("2 uncommitted changes"),
    });
  });

  test("a merge that stopped in the middle is a warning", async () => {
    await commitSomething();
    await git("checkout", "--quiet", "-b", "other");
    await inProject("a.txt", "other\n");
    await git("commit", "--quiet", "-am", "other");
    await git("checkout", "--quiet", "-");
    await inProject("a.txt", "mine\n");
    await git("commit", "--quiet", "-am", "mine");
    await expect(git("merge", "--quiet", "other")).rejects.toThrow("Command failed");
    expect(await check()).toMatchObject({ status: "warning", detail: "a merge is not finished" });
  });
});

describe("sandbox", () => {
  const check = async (
    wanted: "auto" | "required" | "off",
    tools: Record<string, string>,
    platform: NodeJS.Platform = "linux",
  ) => {
    const bin = join(dirs().root, "bin");
    await mkdir(bin);
    await symlink("/bin/sh", join(bin, "sh"));
    for (const [tool, script] of Object.entries(tools))
      await writeFile(join(bin, tool), `#!${bin}/sh\n${script}\n`, { mode: 0o755 });
    return checkSandbox({ wanted, platform, env: { PATH: bin } });
  };
  const working = { bwrap: "exit 0", socat: "exit 0", rg: "exit 0" };

  test("is fine when its tools start", async () => {
    expect(await check("required", working)).toEqual({ name: "sandbox", status: "ok", detail: "bwrap, socat, rg" });
  });

  test("missing tools are a warning for auto, with the names of their packages", async () => {
    const { bwrap } = working;
    expect(await check("auto", { bwrap })).toMatchObject({
      status: "warning",
      detail: "missing: socat, rg",
      fix: expect.stringContaining("apt install socat ripgrep"),
    });
  });

  test("missing tools are a failure when it is required, and nothing when it is off", async () => {
    expect((await check("required", {})).status).toBe("failed");
    expect(await checkSandbox({ wanted: "off", platform: "linux", env: {} })).toMatchObject({ status: "ok" });
  });

  test("a bubblewrap that may not start is told with its own words", async () => {
    const bwrap = '[ "$1" = --version ] && exit 0; echo "setting up uid map: Permission denied" >&2; exit 1';
    expect(await check("auto", { ...working, bwrap })).toMatchObject({
      status: "warning",
      detail: "bwrap can't start: setting up uid map: Permission denied",
    });
  });

  test("macOS needs ripgrep only, Windows has none", async () => {
    expect((await check("required", { rg: "exit 0" }, "darwin")).status).toBe("ok");
    expect((await checkSandbox({ wanted: "auto", platform: "win32", env: {} })).status).toBe("warning");
  });
});

describe("limits", () => {
  const gigabyte = 1024 ** 3;

  test.each([
    ["24.0.0", "ok"],
    ["26.1.0", "ok"],
    ["22.19.0", "failed"],
  ])("Node.js %s is %s", (version, status) => {
    expect(judgeNode(version).status).toBe(status);
  });

  test.each([
    ["git version 2.38.0", "ok"],
    ["git version 2.39.5 (Apple Git-154)", "ok"],
    ["git version 3.0.1", "ok"],
    ["git version 2.37.9", "failed"],
    ["git version 1.99.0", "failed"],
    ["nonsense", "failed"],
  ])("%s is %s", (output, status) => {
    expect(judgeGit(output).status).toBe(status);
  });

  test.each([
    [10, "ok"],
    [3, "warning"],
    [0.5, "failed"],
  ])("%d GB of free disk are %s", (free, status) => {
    expect(judgeDisk(free * gigabyte, "/state").status).toBe(status);
  });

  test.each([
    [4, "ok"],
    [1, "warning"],
    [0.25, "failed"],
  ])("%d GB of free memory for four workers are %s", (free, status) => {
    expect(
      judgeMemory({ freeBytes: free * gigabyte, workers: 4, memoryPerWorkerMb: 400, minFreeMemoryMb: 512 }).status,
    ).toBe(status);
  });
});
