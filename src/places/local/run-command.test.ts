import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { isSameProcess, processGroupOf } from "./process-reaper.ts";
import { runCommand } from "./run-command.ts";

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "tutti-command-"));
});

afterAll(() => rm(cwd, { recursive: true }));

const run = (command: string, more: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  runCommand({ command, cwd, env: { PATH: process.env["PATH"] ?? "" }, timeoutMs: 20_000, ...more });

describe("runCommand", () => {
  it("tells the exit code and what was printed on either stream", async () => {
    expect(await run("echo out; echo err >&2; exit 3")).toMatchObject({
      exitCode: 3,
      isTimedOut: false,
      isAborted: false,
    });
    expect((await run("echo out; echo err >&2")).outputTail).toMatch(/out[\s\S]*err|err[\s\S]*out/);
  });

  it("keeps the end of a long output", async () => {
    const { outputTail } = await run("seq 1 20000");
    expect(outputTail).toMatch(/20000\n$/);
    expect(outputTail.length).toBeLessThanOrEqual(8_000);
  });

  it("gives a command nothing of our environment but what it is given", async () => {
    vi.stubEnv("TUTTI_TEST_LEAK", "leaked");
    expect((await run("env")).outputTail).not.toContain("leaked");
    vi.unstubAllEnvs();
  });

  it("ends the whole group at the time limit, also what ignores a polite request", async () => {
    const ended = await run(`sh -c 'trap "" TERM; echo $$ > stubborn; exec sleep 600' & wait`, { timeoutMs: 300 });
    expect(ended).toMatchObject({ isTimedOut: true });
    const pid = Number(await readFile(join(cwd, "stubborn"), "utf8"));
    const group = await processGroupOf(pid);
    expect(group === undefined || !(await isSameProcess(group))).toBe(true);
    await expect.poll(() => isGone(pid)).toBe(true);
  });

  it("ends at an abort and says so", async () => {
    const stop = new AbortController();
    const ended = run("echo started > started; sleep 600", { signal: stop.signal });
    await expect.poll(() => readFile(join(cwd, "started"), "utf8").catch(() => "")).toBe("started\n");
    stop.abort();
    expect(await ended).toMatchObject({ isAborted: true, isTimedOut: false, exitCode: null });
  });

  it("does not wait for what the command left in the background, and ends it", async () => {
    await run("sleep 600 & echo $! > left");
    const pid = Number(await readFile(join(cwd, "left"), "utf8"));
    await expect.poll(() => isGone(pid)).toBe(true);
  });

  describe("whose output is still held open after its end", () => {
    /** Leaves a process outside of its group, which prints when it is let. */
    const leave = `rm -f escaped go; echo $$ > shell
      setsid sh -c 'echo $$ > escaped; while [ -e escaped ] && ! [ -e go ]; do sleep 0.02; done; echo late' &
      until [ -s escaped ]; do sleep 0.02; done; echo early`;

    const pidIn = async (file: string): Promise<number> => Number(await readFile(join(cwd, file), "utf8"));

    /** Stands still in the time that is given to late output. */
    async function whenEnded(then: () => Promise<unknown>): Promise<string> {
      await rm(join(cwd, "shell"), { force: true });
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      try {
        const ended = run(leave);
        await expect.poll(() => pidIn("shell").then(isReaped, () => false), { timeout: 20_000 }).toBe(true);
        await then();
        return (await ended).outputTail;
      } finally {
        vi.useRealTimers();
        await rm(join(cwd, "escaped"), { force: true });
      }
    }

    it("tells what comes a moment later", async () => {
      expect(await whenEnded(() => writeFile(join(cwd, "go"), ""))).toBe("early\nlate\n");
    });

    it("is not waited for longer than a second", async () => {
      expect(await whenEnded(async () => vi.advanceTimersByTimeAsync(1_000))).toBe("early\n");
    });
  });

  it("reports a shell that can't find the program as the shell does", async () => {
    expect((await run("no-such-program")).exitCode).toBe(127);
  });
});

/** We have been told of its end. */
const isReaped = async (pid: number): Promise<boolean> => pid > 0 && !existsSync(`/proc/${pid}`);

/** Gone, or a zombie that nobody has reaped yet. */
async function isGone(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat === undefined || / Z /.test(stat);
}
