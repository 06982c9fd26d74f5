import { mkdtemp, mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { workflowEventSchema, type WorkflowEventInput } from "../../domain/workflow/workflow-event.ts";
import { parseCronTrigger, scheduleEvents } from "./cron-events.ts";
import { watchForEvents } from "./file-events.ts";

describe("schedules", () => {
  it("are an expression and the type of their events", () => {
    expect(parseCronTrigger("0 3 * * *=nightly")).toEqual({ expression: "0 3 * * *", type: "nightly" });
    for (const wrong of ["", "0 3 * * *", "=nightly", "0 3 * * *=no type", "0 3 * * *="]) {
      expect(() => parseCronTrigger(wrong)).toThrow("is no schedule with a type of event");
    }
  });

  it("make one event at a time, also where two keep the same one", async () => {
    const events: WorkflowEventInput[] = [];
    const every = [{ expression: "* * * * * *", type: "tick" }];
    const stops = [0, 1].map(() =>
      scheduleEvents(every, { timeZone: "Europe/Berlin", onEvent: (event) => void events.push(event) }),
    );
    await expect.poll(() => events.length).toBeGreaterThanOrEqual(4);
    for (const stop of stops) stop();
    const ids = events.map(({ id }) => id);
    expect(new Set(ids).size).toBeLessThanOrEqual(Math.ceil(ids.length / 2) + 1);
    expect(ids[0]).toMatch(/^cron:tick:\d{4}-.*:\d\d\.000Z$/);
    for (const event of events) expect(workflowEventSchema.safeParse(event).success).toBe(true);
  });

  it.each([
    ["61 * * * *", undefined],
    ["whenever", undefined],
    ["* * * * *", "Europe/Nowhere"],
  ])("that can't be kept are refused: %s %s", (expression, timeZone) => {
    const zone = timeZone === undefined ? {} : { timeZone };
    const wrong = (): unknown => scheduleEvents([{ expression, type: "x" }], { ...zone, onEvent: () => undefined });
    expect(wrong).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  });
});

describe("files", () => {
  it("that match and change make an event with their paths, others none", async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), "tutti-events-")));
    await mkdir(join(root, "src"));
    const events: WorkflowEventInput[] = [];
    const watching = watchForEvents({
      root,
      globs: ["src/**/*.ts"],
      onEvent: (event) => void events.push(event),
      onTrouble: (reason) => expect.unreachable(reason),
    });
    await watching.ready;
    await writeFile(join(root, "README.md"), "1");
    await writeFile(join(root, "src", "a.ts"), "1");
    await expect.poll(() => events.length).toBe(1);
    expect(events).toMatchObject([
      { type: "file_changed", source: "files", details: { files: [{ path: "src/a.ts", kind: "added" }] } },
    ]);
    await watching.close();
    await rm(root, { recursive: true, force: true });
  });
});
