import { expect, it } from "vitest";
import { taskStatuses } from "../../domain/task-status.ts";
import {
  fromTaskMasterStatus,
  isOver,
  knownStatus,
  parseTaskMasterStatus,
  taskMasterStatuses,
  toTaskMasterStatus,
} from "./status.ts";

it("keeps every status of theirs there and back, but for deferred, which has no equal", () => {
  const kept = taskMasterStatuses.filter((status) => toTaskMasterStatus(fromTaskMasterStatus(status)) === status);
  expect(taskMasterStatuses.filter((status) => !kept.includes(status))).toEqual(["deferred"]);
  expect(fromTaskMasterStatus("deferred")).toBe("waiting");
});

it("has a status of theirs for each of ours; only what is completed is done", () => {
  const statuses = taskStatuses.map((status): [string, string] => [status, toTaskMasterStatus(status)]);
  expect(Object.fromEntries(statuses)).toEqual({
    pending: "pending",
    ready: "pending",
    leased: "in-progress",
    running: "in-progress",
    validating: "in-progress",
    integrating: "in-progress",
    completed: "done",
    failed: "blocked",
    blocked: "blocked",
    waiting: "review",
    cancelled: "cancelled",
  });
  expect(toTaskMasterStatus("waiting", "person")).toBe("review");
  expect(toTaskMasterStatus("waiting", "quota")).toBe("in-progress");
});

it("knows what is over", () => {
  expect(taskMasterStatuses.filter(isOver)).toEqual(["done", "review", "deferred", "cancelled"]);
});

it("reads older forms, and refuses words that Task Master refuses", () => {
  expect([knownStatus(undefined), knownStatus(null), knownStatus("completed"), knownStatus("todo")]).toEqual([
    "pending",
    "pending",
    "done",
    undefined,
  ]);
  expect(() => parseTaskMasterStatus("todo")).toThrow(/"todo" is no status of Task Master/);
});
