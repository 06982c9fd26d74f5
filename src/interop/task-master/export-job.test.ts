import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asJobId } from "../../domain/ids.ts";
import type { TaskStatus } from "../../domain/task-status.ts";
import { taskStatuses } from "../../domain/task-status.ts";
import { exportJob, withJob, type ExportedTask, type JobExport } from "./export-job.ts";
import { itemsOf } from "./item-id.ts";
import { planFromTaskMaster } from "./plan-from-task-master.ts";
import { knownStatus, toTaskMasterStatus, type TaskMasterStatus } from "./status.ts";
import { fixtureText, tempTasksFile } from "./temp-tasks-file.fixture.ts";
import { anyTag } from "./tasks.fixture.ts";
import { parseTasksFile, type TagTasks } from "./tasks-file.ts";

const at = "2026-01-02T03:04:05.678Z";
const jobId = asJobId("job-1");

const exported = (key: string, status: TaskStatus, some: Partial<ExportedTask["spec"]> = {}): ExportedTask => ({
  key,
  status,
  waitsFor: undefined,
  spec: {
    key,
    title: `Task ${key}`,
    prompt: `Do ${key}`,
    dependsOn: [],
    contextFiles: [],
    expectedOutputs: [],
    priority: 5,
    acceptance: [],
    ...some,
  },
});

const jobOf = (tasks: readonly ExportedTask[], isFromTag = true): JobExport => ({ jobId, tasks, isFromTag });

const tagWith = (status: TaskMasterStatus): TagTasks => ({ tasks: [{ id: 1, title: "Task t1", status }] });

describe("what came from the tag", () => {
  it.each([
    ["pending", "completed", "done"],
    ["in-progress", "pending", "pending"],
    ["blocked", "running", "in-progress"],
    ["review", "running", "in-progress"],
    ["deferred", "completed", "done"],
    ["cancelled", "cancelled", "cancelled"],
    ["pending", "failed", "blocked"],
  ] as const)("%s there and %s here becomes %s", (there, here, expected) => {
    const { tag, result } = withJob(tagWith(there), jobOf([exported("t1", here)]), at);
    expect(tag.tasks[0]?.status).toBe(expected);
    expect([result.added, result.kept]).toEqual([[], []]);
  });

  it.each([
    ["done", "failed", "1 is done there and blocked here"],
    ["deferred", "running", "1 is deferred there and in-progress here"],
    ["cancelled", "waiting", "1 is cancelled there and review here"],
  ] as const)("%s by a person stays when it is %s here", (there, here, reason) => {
    const { tag, result } = withJob(tagWith(there), jobOf([exported("t1", here)]), at);
    expect(tag).toEqual(tagWith(there));
    expect(result).toEqual({ changed: [], added: [], kept: [{ key: "t1", reason }] });
  });

  it("is left as it is when it is gone, or its number means something else now", () => {
    const tasks = [exported("t1", "completed", { title: "Another" }), exported("t7", "completed")];
    const { tag, result } = withJob(tagWith("pending"), jobOf(tasks), at);
    expect(tag).toEqual(tagWith("pending"));
    expect(result.kept).toEqual([
      { key: "t1", reason: '1 is now called "Task t1", not "Another"' },
      { key: "t7", reason: "7 is not there any more" },
    ]);
  });
});

describe("what did not come from the tag", () => {
  const tasks = [
    exported("last", "pending", { dependsOn: ["t1", "first"], acceptance: ["It works", "It is fast"] }),
    exported("first", "completed", { priority: 9 }),
    exported("t1", "completed"),
  ];

  it("is added once, dependencies first, and found again by its mark", () => {
    const once = withJob(tagWith("pending"), jobOf(tasks), at);
    expect(once.result.added).toEqual([
      { key: "first", id: "2" },
      { key: "last", id: "3" },
    ]);
    expect(once.tag.tasks[2]).toEqual({
      id: 3,
      title: "Task last",
      description: "Task last",
      details: "Do last",
      testStrategy: "- It works\n- It is fast",
      status: "pending",
      dependencies: [1, 2],
      priority: "medium",
      subtasks: [],
      metadata: { tutti: { job: "job-1", task: "last" } },
    });
    const done = tasks.map((task) => ({ ...task, status: "completed" as const }));
    const twice = withJob(once.tag, jobOf(done), at);
    expect(twice.result).toEqual({ changed: [{ id: "3", from: "pending", to: "done" }], added: [], kept: [] });
    expect(withJob(twice.tag, jobOf(done), at).tag).toEqual(twice.tag);
  });

  it("is not mistaken for a task that has the number of its key by chance", () => {
    const { tag, result } = withJob(tagWith("pending"), jobOf([exported("t1", "completed")], false), at);
    expect(tag.tasks.map(({ status }) => status)).toEqual(["pending", "done"]);
    expect(result.added).toEqual([{ key: "t1", id: "2" }]);
  });

  it("comes back as the same work when it is imported", () => {
    const { tag } = withJob({ tasks: [] }, jobOf(tasks.slice(0, 1), false), at);
    const [task] = planFromTaskMaster(tag, { file: "f", tag: "x" }).plan.tasks;
    expect(task).toMatchObject({ title: "Task last", prompt: "Do last", acceptance: ["It works", "It is fast"] });
  });
});

it("writes the status of every imported task, and nothing but statuses and times", () => {
  fc.assert(
    fc.property(anyTag(), fc.array(fc.constantFrom(...taskStatuses), { minLength: 1 }), (drawn, statuses) => {
      const tag = { ...drawn, tasks: [...drawn.tasks, { id: 1000, title: "Open" }] };
      const { plan } = planFromTaskMaster(tag, { file: "f", tag: "t" });
      const tasks = plan.tasks.map((spec, index) =>
        exported(spec.key, statuses[index % statuses.length] ?? "pending", spec),
      );
      const { tag: after, result } = withJob(tag, jobOf(tasks), at);
      expect([result.added, result.kept]).toEqual([[], []]);
      const found = new Map(itemsOf(after).map(({ id, item }) => [`t${id.replace(".", "-")}`, item.status]));
      for (const { key, status } of tasks) expect(knownStatus(found.get(key))).toBe(toTaskMasterStatus(status));
      const rest = (value: TagTasks): unknown =>
        JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
          key === "status" || key === "updatedAt" ? undefined : inner,
        );
      expect(rest(after)).toEqual(rest(tag));
    }),
  );
});

describe("the file", () => {
  const job = jobOf([exported("a", "completed")], false);

  it("is made where there is none", async () => {
    using temp = tempTasksFile();
    await exportJob({ file: temp.file, tag: "job-1" }, job);
    expect(parseTasksFile(temp.text(), "f").tags.get("job-1")?.tasks).toHaveLength(1);
    expect(temp.others()).toEqual([]);
  });

  it("from before tags becomes one with tags, and keeps its tasks", async () => {
    using temp = tempTasksFile(fixtureText("untagged.json"));
    await exportJob({ file: temp.file, tag: "job-1" }, job);
    const { tags } = parseTasksFile(temp.text(), "f");
    expect([...tags.keys()]).toEqual(["master", "job-1"]);
    expect(tags.get("master")).toEqual(JSON.parse(fixtureText("untagged.json")));
  });

  it.each(["tasks", "metadata", "a b", "__proto__", ""])(
    "gets no tag that Task Master could not use: %j",
    async (tag) => {
      using temp = tempTasksFile(fixtureText("added.json"));
      await expect(exportJob({ file: temp.file, tag }, job)).rejects.toMatchObject({ code: "INPUT_INVALID" });
      expect(temp.text()).toBe(fixtureText("added.json"));
    },
  );
});
