import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";

import { parseScenario, startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { projectRoot } from "../docs/read-pages.ts";
import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { environmentOf } from "../support/tutti-process.ts";

const run = promisify(execFile);

let project: ScratchProject;
let model: Simulator;

afterEach(async () => {
  await model.close();
  await project.remove();
});

const Step = z.object({
  name: z.string(),
  run: z.string(),
  if: z.string().optional(),
  "working-directory": z.string().optional(),
});
const Recipe = z.object({ jobs: z.object({ review: z.object({ steps: z.array(z.unknown()) }) }) });

/** What the recipe runs in the repository; what installs Tutti is done by `installed`. */
async function stepsOfRecipe() {
  const { jobs } = Recipe.parse(parse(await readFile(join(projectRoot, "examples/ci/review.yml"), "utf8")));
  const steps = jobs.review.steps.flatMap((step) => Step.safeParse(step).data ?? []);
  return steps.filter((step) => step["working-directory"] === undefined);
}

/** The command as an installation would put it into the path. */
async function installed(): Promise<string> {
  const folder = join(project.home, "bin");
  await mkdir(folder);
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(projectRoot, "bin", "tutti.js")}' "$@"\n`;
  await writeFile(join(folder, "tutti"), program);
  await chmod(join(folder, "tutti"), 0o755);
  return folder;
}

type Ran = { readonly name: string; readonly isOk: boolean; readonly output: string };

/** As a runner does: after a step that failed only those follow that always do. */
async function runRecipe(env: Readonly<Record<string, string>>): Promise<readonly Ran[]> {
  const ran: Ran[] = [];
  for (const step of await stepsOfRecipe()) {
    if (ran.some(({ isOk }) => !isOk) && step.if !== "always()") continue;
    const command = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run];
    const ended = await run("bash", command, { cwd: project.root, env }).then(
      ({ stdout, stderr }) => ({ isOk: true, output: stdout + stderr }),
      (error: unknown) => ({ isOk: false, output: String(error) }),
    );
    ran.push({ name: step.name, ...ended });
  }
  return ran;
}

const finding = { file: "src/login.js", line: 2, problem: "The password is logged.", fix: "Leave it out." };

/** A pull request that adds a file, reviewed by two agents of which one finds something of this severity. */
async function review(severity: string) {
  project = await scratchProject({ "README.md": "# Shop\n", "tutti.config.yaml": "execution: { workers: 2 }\n" });
  await mkdir(join(project.root, ".tutti", "workflows"), { recursive: true });
  await copyFile(join(projectRoot, "examples/ci/review.ts"), join(project.root, ".tutti", "workflows", "review.ts"));
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "a workflow");
  const base = await project.git("rev-parse", "HEAD");
  await project.git("checkout", "-q", "-b", "pull-request");
  await project.write({ "src/login.js": "export const login = (password) => {\n  console.log(password);\n};\n" });
  await project.git("add", "-A");
  await project.git("commit", "-q", "-m", "log in");
  const rules = [
    {
      match: { contains: "Audit these changed files" },
      turns: [{ reads: "src/login.js" }, { structured: { findings: [{ ...finding, severity }] } }],
    },
    {
      match: { contains: "Review these changed files" },
      turns: [{ reads: "src/login.js" }, { structured: { findings: [] } }],
    },
  ];
  model = await startSimulator({ scenario: parseScenario(stringify({ rules }), "scenario.yaml") });
  const env = environmentOf(project, { modelUrl: model.url });
  const summary = join(project.home, "summary.md");
  const path = `${await installed()}:${env["PATH"] ?? ""}`;
  const ran = await runRecipe({ ...env, PATH: path, BASE: base, GITHUB_STEP_SUMMARY: summary });
  return { ran, summary: await readFile(summary, "utf8") };
}

describe("the recipe for CI with the real Claude Code", () => {
  it.each([
    { severity: "high", isPassed: false },
    { severity: "low", isPassed: true },
  ])(
    "with a finding of severity $severity: passes $isPassed, and the report is there",
    async ({ severity, isPassed }) => {
      const { ran, summary } = await review(severity);
      const output = ran.map((step) => step.output).join("\n");
      expect(
        ran.map(({ name, isOk }) => `${name} ${isOk}`),
        output,
      ).toEqual(["Review true", "Report true", `Fail on findings ${isPassed}`]);
      expect(summary).toContain("# Review of 1 changed files");
      expect(summary).toContain(
        `- **${severity}** \`src/login.js:2\` The password is logged. Leave it out. _(security-auditor)_`,
      );
      expect(model.unmatched).toEqual([]);
      expect(await project.git("status", "--porcelain")).toBe("?? review.ndjson");
    },
    120_000,
  );
});
