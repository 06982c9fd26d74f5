import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { lockFile } from "./file-lock.ts";
import { changeTasksFile } from "./open-tasks-file.ts";
import { readTag, setStatus } from "./operations.ts";
import { fixtureText, tempTasksFile, type TempTasksFile } from "./temp-tasks-file.fixture.ts";
import { parseTasksFile } from "./tasks-file.ts";

const lockOf = ({ file }: TempTasksFile): string => `${file}.lock`;

/** As if nobody had given a sign of life for a minute. */
const age = (path: string): void => utimesSync(path, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));

afterEach(() => {
  vi.useRealTimers();
});

describe("the lock", () => {
  it("is an empty folder, as Task Master's library makes it, and goes when it is given back", async () => {
    using temp = tempTasksFile("{}");
    const lock = await lockFile(temp.file);
    expect(readdirSync(lockOf(temp))).toEqual([]);
    expect(lock.isHeld()).toBe(true);
    lock.release();
    expect(temp.others()).toEqual([]);
  });

  it.each([
    ["folder", (path: string) => mkdirSync(path)],
    ["file", (path: string) => writeFileSync(path, '{"pid":1,"timestamp":1}')],
  ])("that Task Master holds as a %s is waited for, and taken over when it is stale", async (_kind, hold) => {
    using temp = tempTasksFile("{}");
    hold(lockOf(temp));
    let isTaken = false;
    const taking = lockFile(temp.file).then((lock) => {
      isTaken = true;
      return lock;
    });
    // It has looked once by now.
    await new Promise(setImmediate);
    expect(isTaken).toBe(false);
    age(lockOf(temp));
    const lock = await taking;
    expect(lock.isHeld()).toBe(true);
    lock.release();
    expect(temp.others()).toEqual([]);
  });

  it("that stays held is told, with its path", async () => {
    using temp = tempTasksFile("{}");
    mkdirSync(lockOf(temp));
    const ahead = new Date(Date.now() + 3_600_000);
    utimesSync(lockOf(temp), ahead, ahead);
    vi.useFakeTimers({ toFake: ["Date"] });
    const refused = lockFile(temp.file);
    vi.setSystemTime(Date.now() + 20_000);
    await expect(refused).rejects.toMatchObject({
      code: "STATE_BUSY",
      failureClass: "transient",
      context: { lock: lockOf(temp) },
    });
    expect(existsSync(lockOf(temp))).toBe(true);
  });

  it("that another has taken over is not given back, and the change begins again with what the other wrote", async () => {
    using temp = tempTasksFile(fixtureText("added.json"));
    let calls = 0;
    await changeTasksFile(temp.file, (file) => {
      calls += 1;
      // The first time we were too slow: somebody else took the lock, changed the file and went away.
      if (calls === 1) {
        age(lockOf(temp));
        stealSync(temp);
      }
      return { file, result: undefined };
    });
    expect(calls).toBe(2);
    expect(JSON.parse(temp.text())).toEqual({ theirs: { tasks: [] } });
    expect(temp.others()).toEqual([]);
  });

  /** The other one's lock is stale too when we look for it, so that nobody has to wait. */
  function stealSync(temp: TempTasksFile): void {
    const aside = join(temp.folder, "taken");
    renameSync(lockOf(temp), aside);
    mkdirSync(lockOf(temp));
    age(lockOf(temp));
    writeFileSync(temp.file, '{"theirs":{"tasks":[]}}');
  }
});

describe("a process that is killed with -9", () => {
  const fixture = join(import.meta.dirname, "change-and-die.fixture.ts");

  async function startAndKill(mode: "hold" | "write", file: string): Promise<void> {
    const child = spawn(process.execPath, [fixture, mode, file], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const closed = once(child, "close");
    child.kill("SIGKILL");
    expect((await closed)[1]).toBe("SIGKILL");
  }

  it("while it holds the lock leaves the file as it was, and the lock is taken over", async () => {
    using temp = tempTasksFile(fixtureText("added.json"));
    await startAndKill("hold", temp.file);
    expect(temp.text()).toBe(fixtureText("added.json"));
    expect(existsSync(lockOf(temp))).toBe(true);
    age(lockOf(temp));
    await setStatus(temp, ["1.1"], "done");
    expect(readTag(temp).tasks.tasks[0]?.status).toBe("in-progress");
    expect(temp.others()).toEqual([]);
  });

  it("while it writes leaves a whole file, and what it left beside is cleared away", async () => {
    const task = { id: 1, title: "t", details: "x".repeat(500_000) };
    using temp = tempTasksFile(JSON.stringify({ master: { tasks: [task] } }, undefined, 2));
    for (let round = 0; round < 6; round += 1) {
      await startAndKill("write", temp.file);
      const { tags } = parseTasksFile(temp.text(), temp.file);
      expect(tags.get("master")?.tasks).toEqual([task]);
      expect(tags.get("master")?.metadata).toMatchObject({ count: expect.any(Number) });
      if (existsSync(lockOf(temp))) age(lockOf(temp));
    }
    // What the worst moment leaves: a new file that was not put in place.
    writeFileSync(join(dirname(temp.file), ".tasks.json.tutti-left"), "half");
    await setStatus(temp, ["1"], "done");
    expect(temp.others()).toEqual([]);
  });
});
