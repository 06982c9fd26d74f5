import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { asJobId } from "../../domain/ids.ts";
import { exportJob } from "./export-job.ts";
import { itemsOf } from "./item-id.ts";
import { findTasksFile } from "./open-tasks-file.ts";
import { addTask, readTag, setStatus, updateSubtask } from "./operations.ts";
import { planFromTaskMaster } from "./plan-from-task-master.ts";
import { knownStatus, taskMasterStatuses } from "./status.ts";
import { fixtureText, tempTasksFile } from "./temp-tasks-file.fixture.ts";
import { anyTag } from "./tasks.fixture.ts";
import { parseTasksFile } from "./tasks-file.ts";

const now = (): number => Date.parse("2026-01-02T03:04:05.678Z");
const at = "2026-01-02T03:04:05.678Z";

const publish = {
  title: "Publish",
  description: "",
  details: "",
  testStrategy: "",
  status: "pending",
  priority: "high",
} as const;

const withoutTimes = (text: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>").replaceAll(/task-master-master-\w+/g, "<job>");

describe("with the real Task Master", () => {
  it("we write today what it accepted from us", async () => {
    using temp = tempTasksFile(fixtureText("added.json"));
    const { file } = temp;
    await setStatus({ file }, ["1.1", "4"], "done");
    await updateSubtask({ file }, "1.2", "Use node:test");
    await addTask({ file }, { ...publish, dependsOn: ["4"] });
    const { plan } = planFromTaskMaster(readTag({ file }).tasks, { file, tag: "master" });
    const tasks = plan.tasks.map((spec) => ({ key: spec.key, spec, status: "pending", waitsFor: undefined }) as const);
    await exportJob({ file, tag: "copy" }, { jobId: asJobId("task-master-master-1"), tasks, isFromTag: false });
    expect(withoutTimes(temp.text())).toBe(withoutTimes(fixtureText("ours.json")));
    expect(temp.others()).toEqual([]);
  });

  const shown = z.object({ id: z.string(), title: z.string(), status: z.string(), details: z.string() });
  const listed = z.object({ tasks: z.array(shown.extend({ subtasks: z.array(shown) })) });

  it.each([
    ["changed.json", "list.json", "master"],
    ["ours.json", "list-ours.json", "master"],
    ["ours.json", "list-copy.json", "copy"],
  ])("we read the same in %s as it does: %s", (file, list, tag) => {
    const theirs = listed
      .parse(JSON.parse(fixtureText(list)))
      .tasks.flatMap(({ subtasks, ...task }) => [
        task,
        ...subtasks.map((part) => ({ ...part, id: `${task.id}.${part.id}` })),
      ]);
    const ours = itemsOf(parseTasksFile(fixtureText(file), file).tags.get(tag) ?? { tasks: [] });
    expect(
      ours.map(({ id, item: { title, status, details } }) => ({ id, title, status: knownStatus(status), details })),
    ).toEqual(theirs);
  });
});

describe("a change of the file", () => {
  it("touches nothing else: unknown fields, other tags, ids, order and form stay", async () => {
    await fc.assert(
      fc.asyncProperty(anyTag(), fc.constantFrom(...taskMasterStatuses), fc.nat(), async (tag, status, seed) => {
        const before = `${JSON.stringify({ $schema: "x", other: { tasks: [], odd: [null] }, master: tag }, undefined, 2)}\n`;
        using temp = tempTasksFile(before);
        const items = itemsOf(tag);
        const { id } = items[seed % items.length] ?? { id: "1" };
        const [change] = await setStatus({ file: temp.file, now }, [id], status);
        expect(change).toEqual({
          id,
          from: knownStatus(items.find((item) => item.id === id)?.item.status),
          to: status,
        });
        const after = readTag({ file: temp.file }).tasks;
        expect(knownStatus(itemsOf(after).find((item) => item.id === id)?.item.status)).toBe(status);
        const mask = (text: string): unknown =>
          JSON.parse(text, (key, value: unknown) =>
            ["status", "updatedAt", "completedCount"].includes(key) ? undefined : value,
          );
        expect(mask(temp.text())).toEqual(mask(before));
        expect(temp.text()).toBe(`${JSON.stringify(JSON.parse(temp.text()), undefined, 2)}\n`);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ["the last subtask done", ["1.1", "1.2"], "done", "done"],
    ["one subtask done", ["1.1"], "done", "in-progress"],
    ["one begun", ["1.2"], "in-progress", "in-progress"],
    ["one cancelled", ["1.2"], "cancelled", "pending"],
  ] as const)("lets a task follow its subtasks: %s", async (_what, ids, to, expected) => {
    using temp = tempTasksFile(fixtureText("added.json"));
    await setStatus(temp, ids, to);
    expect(readTag(temp).tasks.tasks[0]?.status).toBe(expected);
  });

  it("adds notes one below the other, in Task Master's form", async () => {
    using temp = tempTasksFile(fixtureText("added.json"));
    await updateSubtask({ ...temp, now }, "1.1", " One ");
    await updateSubtask({ ...temp, now }, "1.1", "Two");
    expect(readTag(temp).tasks.tasks[0]?.subtasks?.[0]?.details).toBe(
      `Pure function\n<info added on ${at}>\nOne\n</info added on ${at}>\n<info added on ${at}>\nTwo\n</info added on ${at}>`,
    );
  });

  it("numbers a new task, and writes ids in the kind that the file has", async () => {
    using temp = tempTasksFile(fixtureText("untagged.json"));
    expect(await addTask({ ...temp, now }, { ...publish, dependsOn: ["2"] })).toBe("3");
    const [, , added] = parseTasksFile(temp.text(), "f").tags.get("master")?.tasks ?? [];
    expect(added).toMatchObject({ id: "3", description: "Publish", dependencies: ["2"] });
    expect(JSON.parse(temp.text())).toMatchObject({ metadata: { taskCount: 3, completedCount: 2, lastModified: at } });
  });

  it("keeps the permissions, and a link stays a link", async () => {
    using temp = tempTasksFile();
    const real = join(temp.folder, "real.json");
    writeFileSync(real, fixtureText("added.json"));
    chmodSync(real, 0o600);
    mkdirSync(dirname(temp.file), { recursive: true });
    symlinkSync(real, temp.file);
    await setStatus(temp, ["2"], "done");
    expect(statSync(real).mode & 0o777).toBe(0o600);
    expect(parseTasksFile(temp.text(), "f").tags.get("master")?.tasks[1]?.status).toBe("done");
    expect(readTag({ file: real }).tasks.tasks[1]?.status).toBe("done");
  });

  it("loses nothing when many change it at once", async () => {
    using temp = tempTasksFile(fixtureText("added.json"));
    const ids = await Promise.all(Array.from({ length: 12 }, () => addTask(temp, { ...publish, dependsOn: [] })));
    expect(ids.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 12 }, (_, index) => String(index + 5)),
    );
    expect(readTag(temp).tasks.tasks).toHaveLength(16);
    expect(temp.others()).toEqual([]);
  });
});

describe("what can't be done", () => {
  it.each([
    ["an unknown task", (file: string) => setStatus({ file }, ["1.1", "9"], "done"), "TASK_UNKNOWN"],
    ["an unknown subtask", (file: string) => updateSubtask({ file }, "1.9", "x"), "TASK_UNKNOWN"],
    ["a note on a task", (file: string) => updateSubtask({ file }, "1", "x"), "INPUT_INVALID"],
    ["an unknown dependency", (file: string) => addTask({ file }, { ...publish, dependsOn: ["9"] }), "TASK_UNKNOWN"],
    ["an unknown tag", (file: string) => setStatus({ file, tag: "no" }, ["1"], "done"), "INPUT_INVALID"],
  ])("changes nothing: %s", async (_what, change, code) => {
    using temp = tempTasksFile(fixtureText("added.json"));
    await expect(change(temp.file)).rejects.toMatchObject({ code });
    expect(temp.text()).toBe(fixtureText("added.json"));
    expect(temp.others()).toEqual([]);
  });

  it.each([
    ["{", /tasks\.json is not valid JSON/],
    ["[]", /must hold a mapping/],
    ['{"master":{"tasks":{}}}', /tasks\.json: master\.tasks must be a list/],
    ['{"tasks":[{"id":1}]}', /tasks\.json: tasks\[0\]\.title is missing/],
    ['{"a":{"tasks":[{"id":"x","title":"t"}]}}', /a\.tasks\[0\]\.id must be a whole number above 0/],
    ['{"a":{"tasks":[{"id":1,"title":" "}]}}', /a\.tasks\[0\]\.title is empty/],
    [
      '{"a":{"tasks":[{"id":1,"title":"t","subtasks":[{"id":1,"title":"t","dependencies":["x"]}]}]}}',
      /subtasks\[0\]\.dependencies\[0\] must be/,
    ],
  ])("is told with file and field: %s", (content, message) => {
    using temp = tempTasksFile(content);
    expect(() => readTag(temp)).toThrow(message);
  });

  it("is told when there is no file, and none is made", async () => {
    using temp = tempTasksFile();
    await expect(setStatus(temp, ["1"], "done")).rejects.toThrow(/There is no file of tasks/);
    expect(findTasksFile(temp.folder)).toBe(temp.file);
  });

  it("is told when it can't be written, and the file stays", async () => {
    using temp = tempTasksFile();
    // A name that has no room for the lock's ending.
    const file = join(temp.folder, `${"x".repeat(250)}.json`);
    writeFileSync(file, fixtureText("added.json"));
    await expect(setStatus({ file }, ["1"], "done")).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining("can't be written"),
    });
    expect(readFileSync(file, "utf8")).toBe(fixtureText("added.json"));
  });
});

it("works on the tag that Task Master works on", async () => {
  using temp = tempTasksFile(fixtureText("changed.json"));
  const state = join(temp.folder, ".taskmaster", "state.json");
  writeFileSync(state, '{"currentTag":"later"}');
  await setStatus(temp, ["1"], "done");
  expect(readTag(temp).name).toBe("later");
  writeFileSync(state, "{");
  expect(readTag(temp).name).toBe("master");
  rmSync(state);
  expect(readTag({ ...temp, tag: "later" }).tasks.tasks[0]?.status).toBe("done");
});

it("finds the file from a folder below", () => {
  using temp = tempTasksFile("{}");
  const below = join(temp.folder, "a", "b");
  mkdirSync(below, { recursive: true });
  expect(findTasksFile(below)).toBe(temp.file);
});
