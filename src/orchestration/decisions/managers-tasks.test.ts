import { describe, expect, it } from "vitest";

import { openState } from "../../state/state-manager.fixture.ts";
import { replacementOf } from "./replan.ts";
import { partsOf } from "./split.ts";

const planned = (key: string, more: object = {}) => ({ key, title: key, prompt: "p", ...more });

async function whole(more: object) {
  await using open = await openState([{ key: "big" }]);
  const [task] = await open.state.tasks.list(open.jobId);
  if (task === undefined) throw new Error("no task");
  return {
    job: await open.state.jobs.get(open.jobId),
    task: { ...task, spec: { ...task.spec, ...more } },
    known: [task.spec],
  };
}

describe("the parts of a task", () => {
  it("share what is left of its budget with it", async () => {
    const given = await whole({ budgetUsd: 5 });
    const parts = partsOf(
      { ...given, spentUsd: 4 },
      { summary: "s", tasks: [planned("a"), planned("b"), planned("c")] },
    );
    expect(parts.map(({ budgetUsd }) => budgetUsd)).toEqual([0.25, 0.25, 0.25]);
  });

  it.each([
    [["src/a.ts"], ["src/a.ts"]],
    [["src/**"], ["src/**"]],
    [["docs/a.md"], ["src/**"]],
    [["**"], ["src/**"]],
    [["src/a.ts", "docs/b"], ["src/**"]],
    [undefined, ["src/**"]],
  ])("never reach over its footprint: %j", async (footprint, kept) => {
    const given = await whole({ footprint: ["src/**"] });
    const tasks = [planned("a", footprint === undefined ? {} : { footprint }), planned("b")];
    const [part] = partsOf({ ...given, spentUsd: 0 }, { summary: "s", tasks });
    expect(part?.footprint).toEqual(kept);
  });
});

describe("what takes the place of a task that failed", () => {
  it("is at least one task: other words for what needs it are no substitute", async () => {
    await using open = await openState([{ key: "first" }, { key: "second", dependsOn: ["first"] }]);
    const tasks = await open.state.tasks.list(open.jobId);
    const [failed] = tasks;
    if (failed === undefined) throw new Error("no task");
    const standing = { job: await open.state.jobs.get(open.jobId), failed, tasks };
    expect(() => replacementOf(standing, { summary: "s", tasks: [planned("second")] })).toThrow(
      "takes the place of first",
    );
    const { added } = replacementOf(standing, { summary: "s", tasks: [planned("instead"), planned("second")] });
    expect(added.map(({ key }) => key)).toEqual(["instead"]);
  });
});
