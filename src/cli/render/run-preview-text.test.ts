import { expect, it } from "vitest";

import { previewRun, type RunPreview, type TaskPreview } from "../../domain/cache/run-preview.ts";
import { previewJson, previewNote, previewText, previewTotals } from "./run-preview-text.ts";

const task = (more: Partial<TaskPreview>): TaskPreview => ({
  key: "a",
  status: "new",
  changed: [],
  costUsd: { low: 0.1, p50: 0.2, high: 0.4 },
  savedUsd: null,
  ...more,
});
const free = { low: 0, p50: 0, high: 0 };
const preview: RunPreview = {
  tasks: [
    task({ key: "plan", status: "done", costUsd: free }),
    task({ key: "build", status: "cached", costUsd: free, savedUsd: 0.12 }),
    task({ key: "docs", status: "re-run", changed: ["prompt"] }),
  ],
  costUsd: { low: 0.1, p50: 0.2, high: 0.4 },
  unpricedTasks: 0,
  savedUsd: 0.12,
};

it.each([
  [task({}), "new"],
  [task({ status: "goes-on" }), "goes on"],
  [task({ status: "cached" }), "cached"],
  [task({ status: "cached", savedUsd: 1.5 }), "cached, saves $1.50"],
  [task({ status: "re-run" }), "re-run"],
  [task({ status: "re-run", changed: ["prompt"] }), "re-run: prompt has changed"],
  [task({ status: "re-run", changed: ["prompt", "model", "base"] }), "re-run: prompt, model and base have changed"],
])("says in a few words what happens to a task", (each, expected) => {
  expect(previewNote(each)).toBe(expected);
});

it("lists tasks with what they cost, and adds it up", () => {
  expect(previewText(preview)).toBe(
    [
      "task              cost  what happens",
      "plan                    done",
      "build          $0.0000  cached, saves $0.1200",
      "docs   $0.2000–$0.4000  re-run: prompt has changed",
      "1 of 3 tasks is cached, which saves $0.1200; expected cost $0.2000–$0.4000",
      "",
    ].join("\n"),
  );
});

it("says what it leaves out", () => {
  const unpriced = { ...preview, unpricedTasks: 2, savedUsd: 0 };
  expect(previewTotals(unpriced)).toBe("1 of 3 tasks is cached; expected cost $0.2000–$0.4000 and 2 unpriced tasks");
  expect(previewTotals(previewRun([]))).toBe("0 of 0 tasks are cached; expected cost unpriced");
});

it("is one line of JSON for programs", () => {
  const line = previewJson("job-1", preview);
  expect(line.endsWith("}\n")).toBe(true);
  expect(JSON.parse(line)).toMatchObject({ type: "preview", jobId: "job-1", savedUsd: 0.12, tasks: preview.tasks });
});
