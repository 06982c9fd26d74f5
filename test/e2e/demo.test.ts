import { mkdir, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { parseNdjson, runTutti, startTutti, type TuttiOptions } from "../support/tutti-process.ts";

let project: ScratchProject;
let tmp: string;

beforeEach(async () => {
  project = await scratchProject({ "README.md": "# Somebody's project\n" });
  tmp = join(project.home, "..", "tmp");
  await mkdir(tmp);
});

afterEach(() => project.remove());

/** In somebody's project, with a temporary folder of its own, so that whatever stays behind is seen. */
const demo = (...args: readonly string[]): TuttiOptions => ({
  args: ["demo", ...args],
  env: { TMPDIR: tmp, NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") },
});

const expectOwnUntouched = async (): Promise<void> => {
  expect(await readdir(project.home)).toEqual([]);
  expect(await project.git("status", "--porcelain")).toBe("");
  expect(await project.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
};

describe("tutti demo", { timeout: 240_000 }, () => {
  it("carries a job out with a wrong first try and a conflict, and proves the result, which stays on request", async () => {
    const { exitCode, stdout, stderr } = await runTutti(project, demo("--keep"));

    expect(stderr).toBe("");
    expect(stdout).toContain("What the models say is scripted");
    expect(stdout).toContain("Before: 2 of 24 tests pass.");
    expect(stdout).toContain("The first try at csv was wrong");
    expect(stdout).toMatch(/The work of (text|html) did not merge by itself/);
    expect(stdout).toContain("The user's branch and files are as they were.");
    expect(stdout).toContain("24 of 24 tests pass. Before it was 2.");
    expect(exitCode).toBe(0);

    const [, kept = ""] = /^ *cd (\S+)/m.exec(stdout) ?? [];
    const [, branch = ""] = /git diff main\.\.\.(\S+)/.exec(stdout) ?? [];
    expect(await project.git("-C", kept, "show", `${branch}:src/formats.js`)).toContain(
      "{ html: toHtml, json: toJson, text: toText }",
    );
    expect(await project.git("-C", kept, "log", "--format=%s", "main")).toBe("Say in tests what the project shall do");
    expect(await processesOf(tmp)).toEqual([]);
    expect(await readdir(tmp)).toEqual([basename(dirname(kept))]);
    await expectOwnUntouched();
  });
});

describe.runIf(process.platform === "linux")("a Ctrl-C", { timeout: 120_000 }, () => {
  it.each([
    ["before the job has begun", /Before: /, []],
    ["while agents work", /"attempt-started"/, ["--json"]],
  ])("%s ends the demo with 130 and leaves neither files nor processes", async (_when, sign, args) => {
    const { child, ended, stdout } = startTutti(project, demo(...args));
    await vi.waitFor(() => expect(stdout()).toMatch(sign), { timeout: 60_000, interval: 20 });
    child.kill("SIGINT");

    expect((await ended).exitCode).toBe(130);
    const told = args.flatMap(() => parseNdjson(stdout()).slice(-1));
    expect(told).toMatchObject(args.map(() => ({ exitCode: 130 })));
    expect(await processesOf(tmp)).toEqual([]);
    expect(await readdir(tmp)).toEqual([]);
    await expectOwnUntouched();
  });
});

/** Command lines of the processes whose environment names the folder. */
async function processesOf(folder: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readProc(pid, "environ");
      return environment.includes(folder) ? [await readProc(pid, "cmdline")] : [];
    }),
  );
  return found.flat();
}

/** Empty for a process that has ended meanwhile or that is somebody else's. */
const readProc = (pid: string, name: string): Promise<string> =>
  readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
