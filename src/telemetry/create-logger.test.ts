import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { TuttiError } from "../domain/errors.ts";
import { createLogger, logFileFor, namedLogFile, type LoggerOptions } from "./create-logger.ts";
import { silentLogger } from "./port.ts";
import { createRedactor } from "./redact.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-log-"));
  file = logFileFor(join(folder, "logs"), "worker-1");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const logger = (options: Partial<LoggerOptions> = {}) =>
  createLogger({ file, level: "debug", redact: createRedactor({}), ...options });

const line = z.record(z.string(), z.json());
const linesOf = (text: string) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((text) => line.parse(JSON.parse(text)));
const logged = async () => linesOf(await readFile(file, "utf8"));

async function rotatedFiles(): Promise<{ name: string; size: number; text: string }[]> {
  const names = (await readdir(join(folder, "logs"))).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, "logs", name);
      return { name, size: (await stat(path)).size, text: await readFile(path, "utf8") };
    }),
  );
}

test("a line carries time, level, fields, the child's fields and the message", async () => {
  logger().child({ worker: "w1" }).warn("slot is dirty", { files: 3 });
  const [first] = await logged();
  expect(first).toMatchObject({ level: "warn", worker: "w1", files: 3, msg: "slot is dirty" });
  expect(first?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test("lines below the level are not written", async () => {
  const quiet = logger({ level: "warn" });
  quiet.info("no");
  quiet.error("yes");
  expect((await logged()).map(({ msg }) => msg)).toEqual(["yes"]);
});

test("fields can't overwrite the line's own keys, and percent signs are text", async () => {
  logger().info("100 %s %d", { level: "high", msg: "theirs", time: 5, pid: 7 });
  expect(await logged()).toEqual([
    expect.objectContaining({ level: "info", msg: "100 %s %d", level_: "high", msg_: "theirs", time_: 5, pid: 7 }),
  ]);
});

test("20,000 lines in a burst leave no file larger than the limit and no more files than allowed", async () => {
  const maxBytes = 200_000;
  const log = logger({ maxBytes, maxFiles: 3 });
  for (let number = 0; number < 20_000; number++) log.info("something happened", { number });
  const files = await rotatedFiles();
  expect(files.map(({ name }) => name)).toEqual(["worker-1.log", "worker-1.log.1", "worker-1.log.2"]);
  for (const { size } of files) expect(size).toBeLessThanOrEqual(maxBytes);
  const numbers = files.toReversed().flatMap(({ text }) => linesOf(text).map(({ number }) => Number(number)));
  expect(numbers.at(-1)).toBe(19_999);
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 20_000 - numbers.length + index));
});

test("every line of a burst is there while the limit allows it", async () => {
  const log = logger({ maxBytes: 400_000, maxFiles: 20 });
  for (let number = 0; number < 20_000; number++) log.info("something happened", { number });
  const texts = (await rotatedFiles()).map(({ text }) => text);
  expect(texts.flatMap(linesOf)).toHaveLength(20_000);
});

test("only a single line that is longer than the limit makes a longer file", async () => {
  const log = logger({ maxBytes: 1000 });
  log.info("short");
  log.info("x".repeat(5000));
  log.info("short again");
  const files = await rotatedFiles();
  expect(files.map(({ text }) => linesOf(text).length)).toEqual([1, 1, 1]);
});

test("a restarted process appends and counts what is already there", async () => {
  const first = logger({ maxBytes: 1000 });
  first.info("a".repeat(600));
  first.close();
  const second = logger({ maxBytes: 1000 });
  second.info("b".repeat(100));
  second.info("c".repeat(600));
  expect((await rotatedFiles()).map(({ text }) => linesOf(text).length)).toEqual([1, 2]);
});

test("secrets never reach the file: not by message, field, key, child or environment", async () => {
  const redact = createRedactor({ DEPLOY_TOKEN: "correct-horse-battery" });
  const secret = "sk-ant-api03-abcdefgh12345678";
  const log = logger({ redact });
  log.info(`key ${secret}`, { nested: [{ [secret]: secret }], password: "hunter2" });
  log.child({ auth: `Bearer ${secret}` }).error("deploy with correct-horse-battery failed");
  const text = await readFile(file, "utf8");
  for (const hidden of [secret, "abcdefgh12345678", "hunter2", "correct-horse"]) expect(text).not.toContain(hidden);
  expect(linesOf(text)).toHaveLength(2);
});

test("each process has a file of its own, whatever its name", () => {
  expect(logFileFor("/logs", "job/1 worker")).toBe("/logs/job-1-worker.log");
  expect(namedLogFile("logs/tutti.log", "worker-1")).toBe("logs/tutti.worker-1.log");
  expect(namedLogFile("/var/log/tutti", "worker/1")).toBe("/var/log/tutti.worker-1");
});

test("other users can't read the log", async () => {
  logger().info("hello");
  expect((await stat(file)).mode & 0o077).toBe(0);
  expect((await stat(join(folder, "logs"))).mode & 0o077).toBe(0);
});

test("a file that can't be opened is an error with a hint", async () => {
  await mkdir(file, { recursive: true });
  let thrown: unknown;
  try {
    logger();
  } catch (error) {
    thrown = error;
  }
  expect(TuttiError.is(thrown) && thrown.hint).toContain("monitoring.logFile");
});

test("when writing fails later, the work goes on and the failure is said once", async () => {
  const failures: unknown[] = [];
  const log = logger({ maxBytes: 200, onWriteFailure: (error) => failures.push(error) });
  log.info("fits");
  await rm(join(folder, "logs"), { recursive: true });
  log.info("x".repeat(200));
  log.info("y".repeat(200));
  expect(failures).toHaveLength(1);
});

test("the silent logger and its children write nothing", () => {
  silentLogger.child({ a: 1 }).error("nothing");
  expect(existsSync(file)).toBe(false);
});
