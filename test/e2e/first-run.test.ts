import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";

import type { Simulator } from "../../src/simulator/index.ts";
import { projectRoot, readPage } from "../docs/read-pages.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { says, scriptedModel, writes } from "../support/scripted-model.ts";

const run = promisify(execFile);

/** The commands of the guide, in its order: a newcomer's whole first run. */
const commands = readPage("docs/guide/first-run.md")
  .blocks.filter(({ marker }) => marker === "first-run")
  .flatMap(({ code }) => code.trimEnd().split("\n"));

let project: ScratchProject;
let model: Simulator;

beforeEach(async () => {
  project = await scratchProject({
    "package.json": '{ "type": "module", "scripts": { "test": "node --test" } }\n',
    "greet.js": "export const greet = (name) => `Hello ${name}`;\n",
  });
  const files = {
    "goodbye.js": "export const goodbye = (name) => `Goodbye ${name}`;\n",
    "goodbye.test.js":
      'import assert from "node:assert";\nimport { test } from "node:test";\nimport { goodbye } from "./goodbye.js";\n' +
      'test("says goodbye", () => assert.equal(goodbye("Ada"), "Goodbye Ada"));\n',
  };
  model = await scriptedModel({
    tasks: [{ key: "goodbye", expectedOutputs: Object.keys(files) }],
    workers: { goodbye: [writes(files), says("I added goodbye and a test of it.")] },
  });
});

afterEach(async () => {
  await model.close();
  await project.remove();
});

/** A person's shell in the project, with `tutti` on its path. */
async function shell(command: string): Promise<{ readonly exitCode: number; readonly output: string }> {
  const bin = join(dirname(project.root), "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "tutti"), `#!/bin/sh\nexec "${process.execPath}" "${projectRoot}bin/tutti.js" "$@"\n`);
  await chmod(join(bin, "tutti"), 0o755);
  const env = {
    PATH: [bin, dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: project.home,
    XDG_STATE_HOME: project.stateHome,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "sk-ant-test",
  };
  try {
    const { stdout, stderr } = await run("sh", ["-c", command], { cwd: project.root, env });
    return { exitCode: 0, output: stdout + stderr };
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !("stdout" in error) || !("stderr" in error)) throw error;
    return { exitCode: Number(error.code), output: `${String(error.stdout)}${String(error.stderr)}` };
  }
}

it("leads from a repository to a merged result, as the guide says", { timeout: 180_000 }, async () => {
  const outputs = new Map<string, string>();
  const heads = new Map<string, string>();
  for (const command of commands) {
    const branch = await project.git("for-each-ref", "--format=%(refname:short)", "refs/heads/tutti");
    const { exitCode, output } = await shell(command.replace(/tutti\/add-a-goodbye-to-[0-9a-f]{4}/, branch));
    // Without a terminal nobody can be asked: the plan waits, as the guide says.
    expect([command, exitCode, output]).toEqual([command, command.startsWith("tutti run") ? 3 : 0, output]);
    const name = command.split(" ").slice(0, 2).join(" ");
    outputs.set(name, output);
    heads.set(name, await project.git("rev-parse", "main"));
  }

  expect(commands).toHaveLength(10);
  expect(heads.get("git diff")).toBe(heads.get("git commit"));
  expect(heads.get("tutti merge")).not.toBe(heads.get("git commit"));
  expect(outputs.get("git diff")).toContain("+export const goodbye");
  expect(outputs.get("tutti job")).toContain("gate test passed");
  expect(await project.git("show", "main:goodbye.js")).toContain("Goodbye");
  expect(model.unmatched).toEqual([]);
});
