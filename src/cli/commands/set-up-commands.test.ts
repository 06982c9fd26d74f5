import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";
import { tempProject } from "../../config/temp-project.fixture.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { configExplain, configSchema, configShow } from "./config.ts";
import { doctorCommand, doctorText } from "./doctor.ts";
import { initCommand } from "./init.ts";

const project = tempProject();

const packageFile = JSON.stringify({ name: "x", scripts: { test: "vitest run" } });
const textOf = (name: string): Promise<string> => readFile(join(project.dirs().projectDir, name), "utf8");

describe("tutti init", () => {
  it("writes settings that load, and nothing else", async () => {
    await project.inProject("package.json", packageFile);
    const output = memoryOutput();
    expect(await initCommand({ projectDir: project.dirs().projectDir, output })).toBe(0);
    expect(await readdir(project.dirs().projectDir)).toEqual(["package.json", "tutti.config.yaml"]);
    expect((await project.load()).config.gates.map(({ run }) => run)).toEqual(["npm test"]);
    expect(output.out()).toContain("Wrote tutti.config.yaml.");
  });

  it("names the schema only when it is there", async () => {
    const { projectDir } = project.dirs();
    await initCommand({ projectDir, output: memoryOutput() });
    expect(await textOf("tutti.config.yaml")).not.toContain("$schema");
    await project.inProject(".tutti/tutti.config.schema.json", "{}");
    const output = memoryOutput({ isJson: true });
    await initCommand({ projectDir, output, force: true });
    expect(await textOf("tutti.config.yaml")).toContain("$schema=./.tutti/tutti.config.schema.json");
    expect(JSON.parse(output.out())).toEqual({
      file: join(projectDir, "tutti.config.yaml"),
      schema: "./.tutti/tutti.config.schema.json",
    });
  });

  it("refuses to replace settings unless it is told to", async () => {
    const { projectDir } = project.dirs();
    await project.inProject("tutti.config.yaml", "execution:\n  workers: 3\n");
    const refused = initCommand({ projectDir, output: memoryOutput() });
    await expect(refused).rejects.toMatchObject({
      code: "INPUT_INVALID",
      hint: expect.stringContaining("--force") as unknown,
    });
    expect(await textOf("tutti.config.yaml")).toBe("execution:\n  workers: 3\n");
    await initCommand({ projectDir, output: memoryOutput(), force: true });
    expect((await project.load()).config.execution.workers).toBe("auto");
  });

  it("never makes a second settings file beside one of another kind", async () => {
    const { projectDir } = project.dirs();
    await project.inProject("tutti.config.json", "{}");
    const refused = initCommand({ projectDir, output: memoryOutput(), force: true });
    await expect(refused).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect(await readdir(projectDir)).toEqual(["tutti.config.json"]);
  });

  it("says what the system says when the folder can't be written", async () => {
    const { projectDir } = project.dirs();
    await mkdir(join(projectDir, "tutti.config.yaml"));
    const refused = initCommand({ projectDir, output: memoryOutput(), force: true });
    await expect(refused).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});

describe("tutti doctor", () => {
  it("checks this machine and fails where there is no repository", async () => {
    const { projectDir, home, root } = project.dirs();
    const output = memoryOutput({ isJson: true });
    const env = { PATH: process.env["PATH"] };
    expect(await doctorCommand({ projectDir, home, env, stateDir: join(root, "state"), output })).toBe(1);
    expect(JSON.parse(output.out())).toMatchObject({
      ok: false,
      checks: expect.arrayContaining([
        expect.objectContaining({ name: "node", status: "ok" }),
        expect.objectContaining({ name: "repository", status: "failed" }),
      ]) as unknown,
    });
  });

  it("puts the fix under what is wrong", () => {
    const text = doctorText(
      [
        { name: "git", status: "ok", detail: "git version 2.47.1" },
        { name: "sandbox", status: "warning", detail: "missing: bwrap", fix: "Install bubblewrap." },
        { name: "login", status: "failed", detail: "none", fix: "Log in." },
      ],
      memoryOutput(),
    );
    expect(text).toBe(
      `
✓ git      git version 2.47.1
! sandbox  missing: bwrap
           fix: Install bubblewrap.
✗ login    none
           fix: Log in.

1 check failed: a job can't run yet.
`.trimStart(),
    );
  });
});

describe("tutti config", () => {
  it("shows each setting with its source", async () => {
    await project.inProject("tutti.config.yaml", "execution:\n  workers: 3\n");
    const output = memoryOutput();
    expect(configShow({ loaded: await project.load(), output })).toBe(0);
    expect(
      Math.max(
        ...output
          .out()
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThan(120);
    const lines = output
      .out()
      .split("\n")
      .map((line) => line.trimEnd().split(/ {2,}/));
    expect(lines).toContainEqual(["execution.workers", "3", "tutti.config.yaml:2"]);
    expect(lines).toContainEqual(["agent.kind", "claude-code", "default"]);
  });

  it("explains a setting, its source and what it hides", async () => {
    await project.forUser("config.yaml", "execution:\n  workers: 5\n");
    await project.inProject("tutti.config.yaml", "execution:\n  workers: 3\n");
    const output = memoryOutput();
    configExplain({ loaded: await project.load(), key: "execution.workers", output });
    expect(output.out()).toContain("  value:    3  (tutti.config.yaml:2)\n  default:  auto\n  hides:    5  (");
    expect(output.out()).toContain("  variable: TUTTI_");
    const json = memoryOutput({ isJson: true });
    configExplain({ loaded: await project.load(), key: "execution.workers", output: json });
    expect(JSON.parse(json.out())).toMatchObject({
      settings: [{ key: "execution.workers", value: 3, default: "auto" }],
    });
  });

  it("refuses a setting that doesn't exist", async () => {
    const loaded = await project.load();
    expect(() => configExplain({ loaded, key: "execution.worker", output: memoryOutput() })).toThrow(/did you mean/);
  });

  it("prints the JSON Schema", () => {
    const output = memoryOutput();
    configSchema({ output });
    expect(JSON.parse(output.out())).toMatchObject({ title: "Tutti settings" });
  });
});
