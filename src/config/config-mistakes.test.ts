import { describe, expect, test } from "vitest";
import { tempProject } from "./temp-project.fixture.ts";

const { failure, forUser, inProject, load } = tempProject();

const rates = "inputUsdPerMtok: 1, outputUsdPerMtok: 1, cacheWriteUsdPerMtok: 1, cacheReadUsdPerMtok: 1";
const twice = ["claude-a-1", "claude-a-1-20250101"].map((model) => `{ model: ${model}, ${rates} }`).join(", ");

describe("mistakes in files", () => {
  const mistakes: [string, string, string][] = [
    [
      "a number out of range",
      "execution:\n  maxAttempts: 3\n  workers: 100\n",
      'tutti.config.yaml:3: execution.workers must be "auto" or a whole number from 1 to 64, not 100',
    ],
    [
      "an unknown setting with a near name",
      "execution:\n  worker: 3\n",
      "tutti.config.yaml:2: execution.worker is not a setting; did you mean execution.workers?",
    ],
    [
      "a setting in the wrong place",
      "\nstallTimeoutMs: 3\n",
      "tutti.config.yaml:2: stallTimeoutMs is not a setting; did you mean execution.stallTimeoutMs?",
    ],
    [
      "a wrong choice",
      "agent: { sandbox: on }\n",
      'tutti.config.yaml:1: agent.sandbox must be one of "auto", "required", "off", not "on"',
    ],
    [
      "a wrong value inside a list",
      'gates:\n  - { name: ok, run: "true" }\n  - name: two\n    run: 7\n',
      "tutti.config.yaml:4: gates[1].run must be a text with something in it, not 7",
    ],
    ["something missing inside a list", "gates:\n  - name: two\n", "tutti.config.yaml:2: gates[0].run is missing"],
    [
      "a wrong choice inside a list",
      'gates:\n  - { name: a, run: b, on: ["merge"] }\n',
      'tutti.config.yaml:2: gates[0].on[0] must be one of "attempt", "merged", not "merge"',
    ],
    [
      "a key where the name of its variable belongs, without showing it",
      "supervisor: { apiKeyEnv: sk-ant-abcdefgh }\n",
      'tutti.config.yaml:1: supervisor.apiKeyEnv must be the name of an environment variable such as "MY_GATEWAY_KEY", not what stands there',
    ],
    [
      "a time without a unit",
      "supervisor:\n  keepAlive: long\n",
      'tutti.config.yaml:2: supervisor.keepAlive must be a text such as "10m", not "long"',
    ],
    [
      "a text for a section",
      "execution: fast\n",
      'tutti.config.yaml:1: execution must be a map of settings, not "fast"',
    ],
    [
      "a text where milliseconds belong",
      "execution:\n  leaseMs: 30s\n",
      'tutti.config.yaml:2: execution.leaseMs must be a whole number of milliseconds from 1000 to 3600000, not "30s"',
    ],
    ["a list instead of a map", "- a\n", "tutti.config.yaml: the settings must be a map of settings"],
    [
      "a key that is there twice",
      "execution: {}\nexecution: {}\n",
      "tutti.config.yaml:2: not valid YAML: Map keys must be unique",
    ],
    [
      "two prices for the same tokens",
      `budget: { prices: [${twice}] }\n`,
      "tutti.config.yaml:1: two prices of claude-a-1-20250101 hold from the same day for the same prompts",
    ],
    [
      "a price for an alias, which may be another model tomorrow",
      `budget: { prices: [{ model: opus, ${rates} }] }\n`,
      'tutti.config.yaml:1: budget.prices[0].model must be the full name of a model, such as claude-sonnet-5, not "opus"',
    ],
    [
      "a price without the cache",
      "budget:\n  prices:\n    - { model: a/b, inputUsdPerMtok: 1, outputUsdPerMtok: 1, cacheWriteUsdPerMtok: 1 }\n",
      "tutti.config.yaml:3: budget.prices[0].cacheReadUsdPerMtok is missing",
    ],
    [
      "a price from no day",
      `budget: { prices: [{ model: a/b, from: soon, ${rates} }] }\n`,
      'tutti.config.yaml:1: budget.prices[0].from must be a day such as "2026-11-01", not "soon"',
    ],
    [
      "two gates of one name",
      "gates: [{ name: a, run: b }, { name: a, run: c }]\n",
      'tutti.config.yaml:1: two gates have the name "a"',
    ],
    [
      "a path that leaves the repository",
      'gates: [{ name: a, run: b, cwd: "x/../../y" }]\n',
      'tutti.config.yaml:1: gates[0].cwd must be a text; a path must be relative and without .., not "x/../../y"',
    ],
    [
      "a denied place that a rule would not find",
      "agent:\n  deniedReads: [keys/*]\n",
      'tutti.config.yaml:2: agent.deniedReads[0] must be a text such as "~/.ssh", not "keys/*"',
    ],
    [
      "a fake agent without a script",
      "agent:\n  kind: fake\n",
      'tutti.config.yaml:2: agent.kind is "fake", but agent.fakeScript is not set',
    ],
  ];

  test.each(mistakes)("%s is named with its line", async (_title, text, message) => {
    await inProject("tutti.config.yaml", text);
    const error = await failure();
    expect(error.message).toBe(message);
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.hint).toBeTruthy();
  });

  test("several mistakes are counted and listed, the first line first", async () => {
    await inProject("tutti.config.yaml", "colour: red\nexecution:\n  workers: 0\nagent:\n  kind: gpt\n");
    const error = await failure();
    expect(error.message).toContain("tutti.config.yaml:1: colour is not a setting (and 2 more problems)");
    expect(error.context["problems"]).toHaveLength(3);
  });

  test("a mistake in the user's file is found although the project overrides the setting", async () => {
    const file = await forUser("config.yaml", "execution: { workers: no }\n");
    await inProject("tutti.config.yaml", "execution: { workers: 3 }\n");
    expect((await failure()).message).toContain(`${file}:1: execution.workers`);
  });

  test("broken JSON is named with its line", async () => {
    await inProject("tutti.config.json", '{\n  "execution": {},\n}');
    expect((await failure()).message).toMatch(/^tutti\.config\.json:3: not valid JSON: /);
  });

  test("a wrong value in JSON is named with its line", async () => {
    await inProject("tutti.config.json", '{\n  "execution": {\n    "workers": 0 } }');
    expect((await failure()).message).toContain("tutti.config.json:3: execution.workers must be");
  });

  test("a wrong flag is said to come from the command line", async () => {
    expect((await failure({ flags: { execution: { workers: 99 } } })).message).toContain(
      "command line: execution.workers must be",
    );
  });
});

describe("model names", () => {
  test.each([
    ["opus"],
    ["sonnet[1m]"],
    ["claude-3-opus-20240229"],
    ["us.anthropic.claude-sonnet-4-5-20250929-v1:0"],
    ["openrouter/anthropic/claude-sonnet-4.5"],
  ])("%s is accepted", async (model) => {
    const { config } = await load({ flags: { models: { worker: { model } } } });
    expect(config.models.worker.model).toBe(model);
  });

  test("a misspelt alias is MODEL_UNKNOWN, naming the setting, its line and the nearest alias", async () => {
    await inProject("tutti.config.yaml", "models:\n  worker:\n    model: sonet\n");
    const error = await failure();
    expect(error.code).toBe("MODEL_UNKNOWN");
    expect(error.message).toBe(
      'tutti.config.yaml:3: models.worker.model: there is no model "sonet"; did you mean sonnet?',
    );
  });

  test("a name that resembles nothing gets no suggestion", async () => {
    const error = await failure({ env: { TUTTI_MANAGER_MODEL: "gpt-9" } });
    expect(error.message).toBe('TUTTI_MANAGER_MODEL: models.manager.model: there is no model "gpt-9"');
  });
});
