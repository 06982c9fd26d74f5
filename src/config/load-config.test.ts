import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempProject } from "./temp-project.fixture.ts";

const { dirs, failure, forUser, inProject, load } = tempProject();

describe("defaults", () => {
  test("a project without settings gets the defaults, and the provenance says so", async () => {
    const { config, provenance, files } = await load();
    expect(config.models.manager.model).toBe("opus");
    expect(config.models.worker.model).toBe("sonnet");
    expect(config.execution).toMatchObject({ workers: "auto", workerTimeoutMs: 1_800_000, maxAttempts: 3 });
    expect(config.protectedPaths).toEqual([".claude/**", ".mcp.json", "CLAUDE.md", ".tutti/**", "tutti.config.*"]);
    expect(provenance["execution.workers"]).toEqual({ layer: "default" });
    expect(files).toEqual([]);
  });

  test("the reviewer and the resolver are the manager until they get a model of their own", async () => {
    await inProject(
      "tutti.config.yaml",
      "models:\n  manager: { model: haiku, effort: high }\n  reviewer: { model: fable }\n",
    );
    const { models } = (await load()).config;
    expect(models.resolver).toEqual({ model: "haiku", effort: "high" });
    expect(models.reviewer).toEqual({ model: "fable" });
  });
});

describe("layers", () => {
  test("each layer wins over the one before, key by key, and the provenance names file and line", async () => {
    const userFile = await forUser("config.yaml", "execution:\n  workers: 2\n  maxAttempts: 7\n  leaseMs: 5000\n");
    const projectFile = await inProject("tutti.config.yaml", "# ours\nexecution:\n  workers: 3\n  leaseMs: 6000\n");
    const env = { TUTTI_EXECUTION__LEASE_MS: "7000", TUTTI_WORKER_MODEL: "haiku" };
    const { config, provenance, files } = await load({ env, flags: { models: { worker: { model: "opus" } } } });
    expect(config.execution).toMatchObject({ workers: 3, maxAttempts: 7, leaseMs: 7000 });
    expect(config.models.worker.model).toBe("opus");
    expect(provenance).toMatchObject({
      "execution.maxAttempts": { layer: "user", file: userFile, line: 3, field: "execution.maxAttempts" },
      "execution.workers": { layer: "project", file: projectFile, line: 3, field: "execution.workers" },
      "execution.leaseMs": { layer: "env", variable: "TUTTI_EXECUTION__LEASE_MS" },
      "models.worker.model": { layer: "flag" },
      "execution.stallTimeoutMs": { layer: "default" },
    });
    expect(files).toEqual([userFile, projectFile]);
  });

  test("a list replaces the list of a lower layer", async () => {
    await forUser("config.yaml", "protectedPaths: [a, b]\n");
    await inProject("tutti.config.yaml", "protectedPaths: [c]\n");
    expect((await load()).config.protectedPaths).toEqual(["c"]);
  });

  test("a section or a setting without a value counts as not set", async () => {
    await inProject("tutti.config.yaml", "execution:\n  # workers: 4\nagent:\n  allow:\n");
    const { config } = await load();
    expect(config.execution.workers).toBe("auto");
    expect(config.agent.allow).toEqual([]);
  });

  test("an undefined flag does not hide a lower layer", async () => {
    await inProject("tutti.config.yaml", "execution: { workers: 3 }\n");
    expect((await load({ flags: { execution: { workers: undefined as never } } })).config.execution.workers).toBe(3);
  });

  test("XDG_CONFIG_HOME moves the user's file", async () => {
    const xdg = join(dirs().root, "xdg");
    await mkdir(join(xdg, "tutti"), { recursive: true });
    await writeFile(join(xdg, "tutti", "config.json"), '{ "execution": { "workers": 9 } }');
    expect((await load({ env: { XDG_CONFIG_HOME: xdg } })).config.execution.workers).toBe(9);
  });

  test.each(["tutti.config.yml", ".tutti/config.yaml", ".tutti/config.yml"])("%s is found", async (name) => {
    await inProject(name, "execution: { workers: 5 }\n");
    expect((await load()).config.execution.workers).toBe(5);
  });

  test.each([
    ["tutti.config.json", ".tutti/config.yaml"],
    ["tutti.config.yaml", "tutti.config.json"],
  ])("%s beside %s is refused", async (one, other) => {
    await inProject(one, "{}");
    await inProject(other, "{}");
    const error = await failure();
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain(one);
    expect(error.message).toContain(other);
  });
});

describe("environment", () => {
  test("numbers, truth values, lists and texts are read as the setting needs them", async () => {
    const env = {
      TUTTI_WORKERS: "12",
      TUTTI_MONITORING__VERBOSE_LOGGING: "true",
      TUTTI_AGENT__ALLOW: "Bash(npm test:*), WebFetch",
      TUTTI_AGENT__SETTING_SOURCES: '["user","project"]',
      TUTTI_WORKSPACE__STATE_DIR: "123",
      TUTTI_BUDGET__MAX_COST_USD_PER_JOB: "2.5",
      TUTTI_MANAGER_MODEL: "",
    };
    const { config } = await load({ env });
    expect(config.execution.workers).toBe(12);
    expect(config.monitoring.verboseLogging).toBe(true);
    expect(config.agent.allow).toEqual(["Bash(npm test:*)", "WebFetch"]);
    expect(config.agent.settingSources).toEqual(["user", "project"]);
    expect(config.workspace.stateDir).toBe("123");
    expect(config.budget.maxCostUsdPerJob).toBe(2.5);
    expect(config.models.manager.model).toBe("opus");
  });

  test("a wrong value names the variable", async () => {
    const error = await failure({ env: { TUTTI_WORKERS: "many" } });
    expect(error.message).toBe(
      'TUTTI_WORKERS: execution.workers must be "auto" or a whole number from 1 to 64, not "many"',
    );
  });

  test("a misspelt variable is refused with the nearest name", async () => {
    const error = await failure({ env: { TUTTI_EXECUTON__WORKERS: "3" } });
    expect(error.message).toBe("TUTTI_EXECUTON__WORKERS: names no setting; did you mean TUTTI_EXECUTION__WORKERS?");
  });

  test("two variables for one setting are refused", async () => {
    const error = await failure({ env: { TUTTI_WORKERS: "3", TUTTI_EXECUTION__WORKERS: "4" } });
    expect(error.message).toContain("TUTTI_EXECUTION__WORKERS");
    expect(error.message).toContain("TUTTI_WORKERS");
  });

  test("variables of ours that are no settings are left alone", async () => {
    expect((await load({ env: { TUTTI_SLOT: "w1", TUTTI_HOME: "x" } })).config.execution.workers).toBe("auto");
  });
});
