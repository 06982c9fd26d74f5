import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";

import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { projectRoot, readPages } from "../docs/read-pages.ts";

const run = promisify(execFile);

const writes = (path: string): unknown => ({ write: { [path]: "x\n" }, text: `Wrote ${path}.` });

/** What the agents of the page's examples do; keys come from the prompts. */
const answers = {
  "*": { text: "Done." },
  "synthesizer:*": { text: "Well built." },
  "implement-the-login-endpoint-with": writes("src/routes/auth.js"),
  "implement-the-registration-endpoint": writes("src/routes/register.js"),
  "write-unit-tests-for-the": writes("tests/auth.test.js"),
  "analyze-the-code-and-list": { text: "Two.", result: { issues: ["performance", "security"] } },
  "create-the-server": writes("server.js"),
  "write-integration-tests": writes("tests/tasks.test.js"),
  generate: [{ text: "No." }, { text: "No." }, { text: "No." }, writes("generated.txt")],
};

const printed = [
  "completed: Implement the login endpoint with JWT\ncompleted: Implement the registration endpoint\n" +
    "completed: Write unit tests for the endpoints\nWell built.",
  "3",
  "100",
  "analyze-the-code-and-list, fix-the-performance-issues, fix-the-security-issues",
  "1 had failed, 1 of 1 completed",
];

let project: ScratchProject | undefined;

afterEach(async () => {
  await project?.remove();
  project = undefined;
});

/** The page as a user has it: a repository with the package installed. */
async function installed(): Promise<ScratchProject> {
  const scratch = await scratchProject({
    ".gitignore": "node_modules\n",
    "src/app.js": "export {};\n",
    "tutti.config.yaml": "agent: { kind: fake, fakeScript: script.json }\nexecution: { workers: 2 }\n",
    "script.json": JSON.stringify({ answers }),
    "package.json": '{ "type": "module" }\n',
  });
  const modules = join(scratch.root, "node_modules");
  await mkdir(modules);
  await symlink(projectRoot, join(modules, "tutti"));
  await symlink(join(projectRoot, "node_modules", "zod"), join(modules, "zod"));
  return scratch;
}

describe("docs/guide/orchestrate.md", () => {
  const page = readPages().find(({ path }) => path === "docs/guide/orchestrate.md");
  const programs = (page?.blocks ?? []).filter(({ language, marker }) => language === "ts" && marker === "run");

  it("has the programs that are expected here", () => {
    expect(programs).toHaveLength(printed.length);
  });

  it.each(programs.map(({ line, code }, index) => ({ line, code, output: printed[index] })))(
    "runs the program of line $line",
    async ({ code, output }) => {
      const { root, home, stateHome } = (project = await installed());
      await writeFile(join(root, "program.ts"), code);
      const env = { PATH: process.env["PATH"], HOME: home, XDG_STATE_HOME: stateHome };
      const { stdout } = await run(process.execPath, ["program.ts"], { cwd: root, env });
      expect(stdout.trim()).toBe(output);
    },
  );

  it("runs the commands", async () => {
    const commands = page?.blocks.find(({ language }) => language === "sh")?.code ?? "exit 1";
    const { root, home, stateHome } = (project = await installed());
    await writeFile(join(root, "tasks.jsonl"), '{"prompt":"Write a manual","priority":2}\nWrite a poster\n');
    const programs = join(root, "node_modules", ".bin");
    await mkdir(programs);
    await symlink(join(projectRoot, "bin", "tutti.js"), join(programs, "tutti"));
    const env = { PATH: `${programs}:${process.env["PATH"] ?? ""}`, HOME: home, XDG_STATE_HOME: stateHome };
    const { stdout } = await run("bash", ["-euc", commands], { cwd: root, env });
    expect(stdout).toContain('"status":"completed","totalTasks":4');
    expect(stdout).toContain("# 4 of 4 tasks completed");
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("Well built.");
  });
});
