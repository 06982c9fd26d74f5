import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configSchema } from "../schema/config-schema.ts";
import { tempProject } from "../temp-project.fixture.ts";
import { initialConfig } from "./initial-config.ts";
import type { ProjectFacts } from "./project-facts.ts";
import { readProjectFacts } from "./read-project-facts.ts";

const facts = (some: Partial<ProjectFacts> = {}): ProjectFacts => ({
  fileNames: [],
  packageScripts: {},
  makeTargets: [],
  pyproject: "",
  schemaPath: "./.tutti/tutti.config.schema.json",
  ...some,
});

const settingsOf = (text: string) => configSchema.parse(parse(text));
const detected = (some: Partial<ProjectFacts>) => {
  const { workspace, gates } = settingsOf(initialConfig(facts(some)));
  return { setup: workspace.setup.map(({ run }) => run), gates: gates.map(({ name, run }) => `${name}: ${run}`) };
};

/** Settings that are commented out have no blank after the `#`, or two for their indentation. */
const uncommented = (text: string) => text.replaceAll(/^#(?=[a-z]|  )/gm, "");

describe("initialConfig", () => {
  const projects: [string, Partial<ProjectFacts>, { setup: string[]; gates: string[] }][] = [
    ["an empty folder", {}, { setup: [], gates: [] }],
    [
      "an npm package",
      {
        fileNames: ["package.json", "package-lock.json"],
        packageScripts: { test: "vitest run", lint: "oxlint", "check-types": "tsc", build: "x" },
      },
      { setup: ["npm ci"], gates: ["typecheck: npm run check-types", "lint: npm run lint", "test: npm test"] },
    ],
    [
      "a pnpm package with the placeholder test",
      {
        fileNames: ["pnpm-lock.yaml"],
        packageScripts: { test: 'echo "Error: no test specified" && exit 1', lint: "x" },
      },
      { setup: ["pnpm install --frozen-lockfile"], gates: ["lint: pnpm run lint"] },
    ],
    [
      "a script that never ends",
      { fileNames: ["package-lock.json"], packageScripts: { test: "jest --watch", lint: "x --watch=false" } },
      { setup: ["npm ci"], gates: ["lint: npm run lint"] },
    ],
    [
      "yarn 1",
      { fileNames: ["yarn.lock"], packageScripts: { test: "x" } },
      { setup: ["yarn install --frozen-lockfile"], gates: ["test: yarn run test"] },
    ],
    ["yarn 4", { fileNames: ["yarn.lock", ".yarnrc.yml"] }, { setup: ["yarn install --immutable"], gates: [] }],
    [
      "make beside a package",
      { packageScripts: { test: "x" }, makeTargets: ["test", "lint", "install"] },
      { setup: [], gates: ["lint: make lint", "test: npm test"] },
    ],
    ["cargo", { fileNames: ["Cargo.toml"] }, { setup: [], gates: ["test: cargo test"] }],
    ["go", { fileNames: ["go.mod"] }, { setup: [], gates: ["vet: go vet ./...", "test: go test ./..."] }],
    [
      "pytest with uv",
      { fileNames: ["uv.lock"], pyproject: "[tool.pytest.ini_options]" },
      { setup: ["uv sync --frozen"], gates: ["test: uv run pytest"] },
    ],
    ["pytest alone", { fileNames: ["conftest.py"] }, { setup: [], gates: ["test: python3 -m pytest"] }],
  ];

  test.each(projects)("%s gets the commands that it already has", (_title, some, expected) => {
    expect(detected(some)).toEqual(expected);
  });

  test.each(projects)("%s: the settings that are commented out are valid too", (_title, some) => {
    const text = uncommented(initialConfig(facts(some)));
    const settings = settingsOf(text);
    expect(settings.budget.maxCostUsdPerJob).toBe(20);
    expect(settings.execution.workerTimeoutMs).toBe(1_800_000);
    expect(settings.agent.allow.length).toBeGreaterThan(0);
    expect(settings.gates.length).toBeGreaterThan(0);
  });

  test("editors find the schema in the first line", () => {
    expect(initialConfig(facts()).split("\n")[0]).toBe(
      "# yaml-language-server: $schema=./.tutti/tutti.config.schema.json",
    );
  });
});

describe("readProjectFacts", () => {
  const { dirs, inProject, load } = tempProject();

  test("finds scripts, make targets and lockfiles; the text made of them loads", async () => {
    await inProject("package.json", '{ "scripts": { "test": "node --test" } }');
    await inProject("package-lock.json", "{}");
    await inProject("Makefile", "CC := gcc\nlint: deps\n\techo a: b\n.PHONY: lint\n");
    const found = await readProjectFacts(dirs().projectDir);
    expect(found).toMatchObject({
      packageScripts: { test: "node --test" },
      makeTargets: ["lint"],
      schemaPath: "./.tutti/tutti.config.schema.json",
    });
    await inProject("tutti.config.yaml", initialConfig(found));
    const { config } = await load();
    expect(config.workspace.setup).toEqual([{ run: "npm ci", when: ["package-lock.json"], timeoutMs: 600_000 }]);
    expect(config.gates.map(({ run }) => run)).toEqual(["make lint", "npm test"]);
  });

  test("an installed package brings the schema along", async () => {
    await inProject("node_modules/tutti/schema/tutti.config.schema.json", "{}");
    expect((await readProjectFacts(dirs().projectDir)).schemaPath).toBe(
      "./node_modules/tutti/schema/tutti.config.schema.json",
    );
  });

  test("a package.json that is not JSON counts as empty", async () => {
    await inProject("package.json", "{ // comment");
    expect((await readProjectFacts(dirs().projectDir)).packageScripts).toEqual({});
  });
});
