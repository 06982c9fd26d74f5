import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { asCommitId, asJobId } from "../ids.ts";
import { acyclicTasks } from "../../../test/arbitraries/task-graph.ts";
import { addTasks } from "./add-tasks.ts";
import { isJobFile, jobFileOf, parseJobFile } from "./job-file.ts";
import type { TaskRequest } from "./task-spec.ts";

const job = {
  id: asJobId("job-1"),
  goal: "Build an API",
  status: "running",
  baseCommit: asCommitId("b".repeat(40)),
  branch: "tutti/job-1",
  createdAt: 1,
} as const;

const text = fc.string({ minLength: 1 }).filter((value) => value.trim() !== "");
const names = fc.array(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8})?\.(ts|md)$/), { maxLength: 3 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const details = fc.record({
  prompt: text,
  title: maybe(text),
  contextFiles: maybe(names),
  expectedOutputs: maybe(names),
  acceptance: maybe(fc.array(text, { maxLength: 2 })),
  footprint: maybe(fc.constantFrom(["src/**"], ["a/*", "b/**"])),
  gates: maybe(fc.constantFrom([], ["test"])),
  agent: maybe(text),
  partOf: maybe(text),
  metadata: maybe(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)))),
  timeoutMs: maybe(fc.integer({ min: 1, max: 1e6 })),
  budgetUsd: maybe(fc.integer({ min: 1, max: 100 }).map((cents) => cents / 100)),
  resultSchema: maybe(fc.constant({ type: "object", properties: { a: { type: "string" } } })),
  hasParent: fc.boolean(),
});

const requests = acyclicTasks(8).chain((graph) =>
  fc.array(details, { minLength: graph.length, maxLength: graph.length }).map((drawn) =>
    graph.map(({ key, dependsOn, priority }, index): TaskRequest => {
      const { hasParent = false, ...rest } = drawn[index] ?? { prompt: "P" };
      const [parentTaskId] = dependsOn;
      const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
      const parent = hasParent && parentTaskId !== undefined ? { parentTaskId } : {};
      return { prompt: "P", ...said, key, priority, dependsOn: dependsOn.toReversed(), ...parent };
    }),
  ),
);

describe("a job as a file", () => {
  it("makes the same tasks again, whatever they are", () => {
    fc.assert(
      fc.property(requests, (asked) => {
        const { added } = addTasks(job.id, [], asked);
        const tasks = added.map((spec) => ({ spec, status: "completed" as const }));
        const file: unknown = JSON.parse(JSON.stringify(jobFileOf(job, tasks)));
        expect(isJobFile(file)).toBe(true);
        const read = parseJobFile(file, "job.json");
        expect(read.goal).toBe(job.goal);
        expect(addTasks(asJobId("job-2"), [], read.tasks)).toEqual({ keys: added.map(({ key }) => key), added });
      }),
    );
  });

  it("of a workflow holds the workflow and its input, and its tasks are only to be read", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const input = z.json().parse(JSON.parse(JSON.stringify(value)));
        const workflow = { ref: "./flows/review.ts#deep", name: "deep", version: "v1", input };
        const file: unknown = JSON.parse(JSON.stringify(jobFileOf(job, [], workflow)));
        expect(file).toMatchObject({ version: 2 });
        expect(parseJobFile(file, "job.json")).toEqual({ goal: job.goal, tasks: [], workflow });
      }),
    );
  });

  it.each(["/srv/evil.ts", "../evil.ts", "./flows/../../evil.ts#x", "C:\\evil.ts", "\\\\host\\evil.ts"])(
    "of a workflow at %s is refused: importing it would run code from outside of the project",
    (ref) => {
      const file = jobFileOf(job, [], { ref, name: "evil", version: "v1", input: null });
      expect(() => parseJobFile(file, "job.json")).toThrow(
        expect.objectContaining({
          message: expect.stringContaining("job.json: workflow.ref: is a workflow outside"),
          hint: expect.stringContaining("tutti workflow run <file>"),
        }),
      );
    },
  );

  it.each<[string, unknown, string]>([
    ["another version", { format: "tutti-job", version: 3 }, "job.json: version"],
    ["no workflow", { format: "tutti-job", version: 2, job: { goal: "g" }, tasks: [] }, "job.json: workflow"],
    ["no goal", { format: "tutti-job", version: 1, job: {}, tasks: [{ prompt: "P" }] }, "job.json: job.goal"],
    ["no tasks", { format: "tutti-job", version: 1, job: { goal: "g" }, tasks: [] }, "job.json: tasks"],
  ])("with %s is refused, naming the field", (_what, value, words) => {
    expect(() => parseJobFile(value, "job.json")).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
    expect(() => parseJobFile(value, "job.json")).toThrow(words);
  });

  it("is told apart from other files", () => {
    for (const other of [null, [], "tutti-job", { master: { tasks: [] } }, { format: "x" }]) {
      expect(isJobFile(other)).toBe(false);
    }
  });
});
