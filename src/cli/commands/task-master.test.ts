import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { fixtureText, tempTasksFile, type TempTasksFile } from "../../interop/task-master/temp-tasks-file.fixture.ts";
import type { Cli } from "../cli.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { buildProgram } from "../declare/program.ts";

let temp: TempTasksFile;

beforeEach(() => {
  temp = tempTasksFile(fixtureText("changed.json"));
});

afterEach(() => temp[Symbol.dispose]());

/** The real command line, in the project of the file. */
async function tutti(...args: readonly string[]) {
  const output = memoryOutput({ isJson: args.includes("--json") });
  const cli: Cli = { cwd: temp.folder, env: {}, output };
  let exitCode: number | undefined;
  const program = buildProgram(cli, (code) => (exitCode = code));
  await program.parseAsync(["task-master", ...args], { from: "user" });
  return { exitCode, out: output.out() };
}

describe("tutti task-master", () => {
  it("lists tasks and subtasks", async () => {
    expect(await tutti("list")).toEqual({
      exitCode: 0,
      out: `
id   status       priority  needs   title
1    in-progress  high      –       Add a greeting module
1.1  done         –         –       Write greet
1.2  pending      –         1       Test greet
2    blocked      medium    1       Add a farewell module
3    cancelled    low       1, 2    Command line
3.1  pending      –         –       Parse arguments
3.2  pending      –         1, 1.2  Print
4    pending      medium    3       Drop the old script
`.trimStart(),
    });
    expect((await tutti("list", "--status", "review")).out).toBe("The tag master has no such task.\n");
  });

  it("lists as JSON, with what a job would call each status", async () => {
    const { out } = await tutti("list", "--json", "--status", "done");
    expect(JSON.parse(out)).toEqual({
      file: temp.file,
      tag: "master",
      tasks: [
        {
          id: "1.1",
          title: "Write greet",
          description: "The function",
          details: "Pure function",
          testStrategy: "",
          status: "done",
          taskStatus: "completed",
          priority: null,
          dependencies: [],
        },
      ],
    });
  });

  it("sets statuses, several at once", async () => {
    expect((await tutti("set-status", "1.2, 4", "done")).out).toBe("1.2: pending → done\n4: pending → done\n");
    expect(JSON.parse((await tutti("set-status", "1", "review", "--json")).out)).toEqual({
      file: temp.file,
      changes: [{ id: "1", from: "done", to: "review" }],
    });
  });

  it("adds a note and a task to the tag that is named", async () => {
    expect((await tutti("update-subtask", "1.2", "Use node:test")).out).toBe("Added the note to 1.2.\n");
    const added = await tutti("add-task", "Print it", "--tag", "later", "--depends-on", "1", "--test-strategy", "Look");
    expect(added.out).toBe("Added task 2.\n");
    const { out } = await tutti(
      "list",
      "--tag",
      "later",
      "--json",
      "--file",
      join(".taskmaster", "tasks", "tasks.json"),
    );
    expect(JSON.parse(out)).toMatchObject({
      tasks: [
        { id: "1" },
        { id: "2", title: "Print it", testStrategy: "Look", priority: "medium", dependencies: ["1"] },
      ],
    });
  });

  it.each([
    [["set-status", "1", "finished"], /"finished" is no status of Task Master/],
    [["set-status", "one", "done"], /"one" is no id of a task/],
    [["update-subtask", "1.2", " "], /The note is empty/],
    [["add-task", " "], /The title is empty/],
    [["list", "--tag", "none"], /there is no tag "none"/],
  ])("refuses %j", async (args, message) => {
    await expect(tutti(...args)).rejects.toThrow(message);
    expect(temp.text()).toBe(fixtureText("changed.json"));
  });
});
