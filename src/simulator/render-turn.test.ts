import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { saysOf, toolCallsOf } from "./render-turn.ts";
import { fillText } from "./template.ts";

const values = { cwd: "/work", role: "worker", task: "t", attempt: 2 };

describe("toolCallsOf", () => {
  it("writes the short forms out, below the working directory", () => {
    const calls = toolCallsOf(
      { reads: ["r.txt"], edits: [{ file: "e.txt", old: "a", new: "{{task}}" }], writes: { "w/{{task}}.txt": "x" } },
      values,
    );
    expect(calls).toEqual([
      { name: "Read", input: { file_path: "/work/r.txt" } },
      { name: "Read", input: { file_path: "/work/e.txt" } },
      { name: "Edit", input: { file_path: "/work/e.txt", old_string: "a", new_string: "t" } },
      { name: "Write", input: { file_path: "/work/w/t.txt", content: "x" } },
    ]);
  });

  it("fills values in at any depth of a tool's input", () => {
    const [call] = toolCallsOf(
      { tools: [{ name: "X", input: { a: ["{{cwd}}", { b: "{{attempt}}", c: 1 }] } }] },
      values,
    );
    expect(call).toEqual({ name: "X", input: { a: ["/work", { b: "2", c: 1 }] } });
  });

  it("puts the structured result last", () => {
    const calls = toolCallsOf({ structured: { ok: true }, runs: ["npm test"] }, values);
    expect(calls.map(({ name }) => name)).toEqual(["Bash", "StructuredOutput"]);
  });

  describe("with a file that is already there", () => {
    let cwd: string;
    beforeAll(async () => {
      cwd = await mkdtemp(join(tmpdir(), "tutti-render-"));
      await writeFile(join(cwd, "old.txt"), "old");
    });
    afterAll(() => rm(cwd, { recursive: true }));

    it("reads before it overwrites", () => {
      const calls = toolCallsOf({ writes: { "old.txt": "new", "new.txt": "new" } }, { ...values, cwd });
      expect(calls.map(({ name }) => name)).toEqual(["Read", "Write", "Write"]);
    });
  });
});

describe("fillText", () => {
  it("leaves unknown names and missing values as they are", () => {
    expect(fillText("{{user}} {{task}} {{role}}", { ...values, role: undefined })).toBe("{{user}} t {{role}}");
  });
});

describe("saysOf", () => {
  it("gives a turn that only goes wrong a last word, and a turn that works none", () => {
    expect(saysOf({}, values)).toBe("Done.");
    expect(saysOf({ writes: { a: "b" } }, values)).toBe("");
  });
});
