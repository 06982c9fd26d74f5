import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { GateSpec } from "../domain/settings.ts";
import { localPlace } from "../places/local/local-place.ts";
import { gateFeedback, gatesOfTask, runGates } from "./run-gates.ts";

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "tutti-gates-"));
  await mkdir(join(cwd, "web"));
  await writeFile(join(cwd, "web", "here.txt"), "");
});

afterAll(() => rm(cwd, { recursive: true }));

const gate = (name: string, run: string, more: Partial<GateSpec> = {}): GateSpec => ({
  name,
  run,
  timeoutMs: 20_000,
  on: ["attempt", "merged"],
  ...more,
});

const judge = (gates: readonly GateSpec[], signal = new AbortController().signal) =>
  runGates({
    gates,
    on: "attempt",
    cwd,
    env: { PATH: process.env["PATH"] ?? "" },
    place: localPlace(),
    redact: (text) => text.replaceAll("hunter2", "[redacted]"),
    signal,
  });

describe("runGates", () => {
  it("runs them in order and stops at the first that fails", async () => {
    const results = await judge([gate("one", "true"), gate("two", "exit 4"), gate("three", "true")]);
    expect(results.map(({ name, isOk, exitCode }) => [name, isOk, exitCode])).toEqual([
      ["one", true, 0],
      ["two", false, 4],
    ]);
  });

  it("runs only those of the moment, in the folder that they name", async () => {
    const results = await judge([
      gate("merged", "false", { on: ["merged"] }),
      gate("web", "test -f here.txt", { cwd: "web" }),
    ]);
    expect(results.map(({ name, isOk }) => [name, isOk])).toEqual([["web", true]]);
  });

  it("fails one that takes too long, and says that it was the limit", async () => {
    const [result] = await judge([gate("slow", "sleep 600", { timeoutMs: 200 })]);
    expect(result).toMatchObject({ isOk: false });
    expect(result?.outputTail).toContain("time limit");
  });

  it("stores nothing that is secret", async () => {
    const [result] = await judge([gate("leaky", "echo password hunter2; false")]);
    expect(result?.outputTail).toBe("password [redacted]\n");
  });

  it("is no verdict when it is interrupted", async () => {
    const stop = new AbortController();
    const judging = judge([gate("slow", "sleep 600")], stop.signal);
    stop.abort(new Error("stop"));
    await expect(judging).rejects.toThrow("stop");
  });
});

describe("gateFeedback", () => {
  it("names the gate, its end and the last of its output", async () => {
    const feedback = gateFeedback(await judge([gate("tests", "echo 2 of 3 failed; exit 1")]));
    expect(feedback).toContain('The check "tests"');
    expect(feedback).toContain("exited with 1");
    expect(feedback).toContain("2 of 3 failed");
  });

  it("has nothing to say when all passed", async () => {
    expect(gateFeedback(await judge([gate("tests", "true")]))).toBeUndefined();
  });
});

describe("gatesOfTask", () => {
  it("gives a task the gates that its plan names, else all", () => {
    const all = [gate("a", "true"), gate("b", "true")];
    expect(gatesOfTask(all, ["b"]).map(({ name }) => name)).toEqual(["b"]);
    expect(gatesOfTask(all, undefined)).toEqual(all);
  });
});
