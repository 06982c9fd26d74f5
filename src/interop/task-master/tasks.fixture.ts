import fc from "fast-check";
import type { TagTasks, TaskMasterItem } from "./tasks-file.ts";
import { taskMasterStatuses } from "./status.ts";

const unknownFields = fc.dictionary(
  fc.string({ minLength: 1 }).map((name) => `x${name}`),
  fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value))),
  { maxKeys: 3 },
);

const item = fc.record(
  {
    title: fc.string({ minLength: 1 }).filter((title) => title.trim() !== ""),
    description: fc.option(fc.string()),
    details: fc.string(),
    status: fc.constantFrom(...taskMasterStatuses, "completed"),
    priority: fc.constantFrom("high", "medium", "low", "critical", "odd"),
    isTextId: fc.boolean(),
    needs: fc.array(fc.nat(), { maxLength: 3 }),
    unknown: unknownFields,
  },
  { requiredKeys: ["title", "isTextId", "needs", "unknown"] },
);

type Drawn = typeof item extends fc.Arbitrary<infer Value> ? Value : never;

const made = ({ isTextId, needs, unknown, ...known }: Drawn, number: number): TaskMasterItem => ({
  ...known,
  ...unknown,
  id: isTextId ? String(number) : number,
  dependencies: number === 1 ? [] : needs.map((seed) => 1 + (seed % (number - 1))),
});

/** Tags as Task Master might have left them: mixed ids, gaps in the fields, unknown fields, no circles. */
export const anyTag = (): fc.Arbitrary<TagTasks> =>
  fc
    .array(fc.record({ task: item, parts: fc.array(item, { maxLength: 3 }) }), { minLength: 1, maxLength: 6 })
    .map((tasks) => ({
      tasks: tasks.map(({ task, parts }, at) => ({
        ...made(task, at + 1),
        subtasks: parts.map((part, index) => made(part, index + 1)),
      })),
      metadata: { created: "2026-01-01T00:00:00.000Z", taskCount: tasks.length, mine: { kept: true } },
    }));
