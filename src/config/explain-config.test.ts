import { expect, test } from "vitest";
import { explainConfig, listSettings } from "./explain-config.ts";
import { tempProject } from "./temp-project.fixture.ts";

const { forUser, inProject, load } = tempProject();

test("a setting is explained with its value, its origin, its default and what it overrides", async () => {
  const userFile = await forUser("config.yaml", "execution:\n  workers: 2\n");
  const projectFile = await inProject("tutti.config.yaml", "execution:\n  max_workers: 3\n");
  const loaded = await load({ env: { TUTTI_WORKERS: "4" } });
  expect(explainConfig(loaded, "execution.workers")).toEqual([
    {
      key: "execution.workers",
      description: expect.stringContaining("Tasks at once"),
      value: 4,
      from: { layer: "env", variable: "TUTTI_WORKERS" },
      default: "auto",
      variable: "TUTTI_EXECUTION__WORKERS",
      overridden: [
        { value: 3, from: { layer: "project", file: projectFile, line: 2, field: "execution.max_workers" } },
        { value: 2, from: { layer: "user", file: userFile, line: 2, field: "execution.workers" } },
      ],
    },
  ]);
});

test("a section explains each of its settings, also those without a value", async () => {
  const explained = explainConfig(await load(), "budget");
  expect(explained.map(({ key, value }) => [key, value])).toEqual([
    ["budget.maxCostUsdPerProject", undefined],
    ["budget.projectPeriod", "all"],
    ["budget.maxCostUsdPerJob", undefined],
    ["budget.maxCostUsdPerTask", undefined],
    ["budget.maxCostUsdPerTurn", undefined],
    ["budget.prices", []],
    ["budget.allowUnpriced", false],
  ]);
});

test("a setting that doesn't exist gets the nearest one", async () => {
  const loaded = await load();
  expect(() => explainConfig(loaded, "execution.worker")).toThrow("did you mean execution.workers?");
  expect(() => explainConfig(loaded, "workers")).toThrow("did you mean execution.workers?");
  expect(() => explainConfig(loaded, "xyzzy")).toThrow("there is no setting of this name");
});

test("the list holds every setting that has a value", async () => {
  await inProject("tutti.config.yaml", "budget: { maxCostUsdPerJob: 5 }\n");
  const settings = listSettings(await load());
  expect(settings.find(({ key }) => key === "budget.maxCostUsdPerJob")).toMatchObject({
    value: 5,
    from: { layer: "project" },
  });
  expect(settings.find(({ key }) => key === "models.reviewer.model")).toMatchObject({
    value: "opus",
    from: { layer: "default" },
  });
});
