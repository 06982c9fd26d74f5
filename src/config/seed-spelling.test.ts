import { describe, expect, test } from "vitest";
import { tempProject } from "./temp-project.fixture.ts";

const { failure, inProject, load } = tempProject();

describe("the older spelling", () => {
  const older = `{
  "models": {
    "manager": { "model": "claude-3-opus-20240229", "description": "Opus model for planning" },
    "worker": { "model": "claude-3-5-sonnet-20241022", "description": "Sonnet model for execution" }
  },
  "execution": { "max_workers": 3, "worker_timeout": 1800, "manager_timeout": 300, "max_retries": 3 },
  "monitoring": { "progress_interval": 10, "verbose_logging": false, "show_progress_bar": true }
}`;

  test("is accepted: seconds become milliseconds, retries become attempts", async () => {
    const file = await inProject("tutti.config.json", older);
    const { config, provenance } = await load();
    expect(config.execution).toMatchObject({
      workers: 3,
      workerTimeoutMs: 1_800_000,
      managerTimeoutMs: 300_000,
      maxAttempts: 4,
    });
    expect(config.monitoring).toMatchObject({
      progressIntervalMs: 10_000,
      verboseLogging: false,
      showProgressBar: true,
    });
    expect(config.models.manager.description).toBe("Opus model for planning");
    expect(provenance["execution.workers"]).toEqual({
      layer: "project",
      file,
      line: 6,
      field: "execution.max_workers",
    });
  });

  test("a mistake is named as the file spells it", async () => {
    await inProject("tutti.config.yaml", "execution:\n  max_workers: 0\n");
    expect((await failure()).message).toContain("tutti.config.yaml:2: execution.max_workers must be");
  });

  test("a timeout that is no number of seconds is refused", async () => {
    await inProject("tutti.config.yaml", "execution:\n  worker_timeout: 30m\n");
    expect((await failure()).message).toBe(
      'tutti.config.yaml:2: execution.worker_timeout must be a number of seconds above 0, not "30m"',
    );
  });

  test("both spellings of one setting are refused", async () => {
    await inProject("tutti.config.yaml", "execution:\n  workers: 1\n  max_workers: 2\n");
    expect((await failure()).message).toContain("tutti.config.yaml:3: execution.max_workers is the older spelling");
  });
});
