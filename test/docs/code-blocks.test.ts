import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { describe, expect, it, test } from "vitest";

import { loadConfig } from "../../src/config/load-config.ts";
import { parseRules } from "../../src/domain/breakpoint/parse-rules.ts";
import { parsePlan } from "../../src/domain/plan/parse-plan.ts";
import { parseScenario } from "../../src/simulator/index.ts";
import { checkTemplateSet } from "../../src/supervision/prompts/check-template-set.ts";
import { openMinijinja } from "../../src/supervision/prompts/template-engine/minijinja-engine.ts";
import { TemplateSet, templateFolder } from "../../src/supervision/prompts/template-set.ts";
import { readYamlWorkflow } from "../../src/workflow/yaml/yaml-workflow.ts";
import { commandNames, shellWords, usageProblem } from "./command-lines.ts";
import { inlineCodeOf, projectRoot, readPages, type CodeBlock } from "./read-pages.ts";

const run = promisify(execFile);

/** Pages whose blocks are checked by a test of their own. */
const checkedElsewhere: Readonly<Record<string, string>> = {
  "docs/guide/configuration.md": "src/config/guide.test.ts",
  "docs/guide/orchestrate.md": "test/e2e/orchestrate-guide.test.ts",
  "docs/guide/simulator.md": "test/simulator/guide.test.ts",
};

const pages = readPages();
const blocks = pages.filter(({ path }) => !(path in checkedElsewhere)).flatMap((page) => page.blocks);
const ofKind = (language: string, ...markers: readonly string[]): readonly CodeBlock[] =>
  blocks.filter((block) => block.language === language && markers.includes(block.marker));

const kinds = [
  "sh",
  "sh first-run",
  "yaml config",
  "yaml scenario",
  "yaml plan",
  "yaml breakpoints",
  "yaml workflow",
  "jinja template",
  "ts run",
  "ts check",
  "json events",
  "mermaid",
  "text",
  "text output",
];

it("knows every kind of code block, so that none goes unchecked", () => {
  const kindOf = ({ language, marker }: CodeBlock): string => `${language} ${marker}`.trim();
  const unknown = blocks.filter((block) => !kinds.includes(kindOf(block)));
  expect(unknown.map((block) => `${block.page}:${block.line}: ${kindOf(block)}`)).toEqual([]);
  expect(kinds.filter((kind) => !blocks.some((block) => kindOf(block) === kind))).toEqual([]);
  for (const { path, text } of pages) expect([path, (text.match(/^\s*```/gm) ?? []).length % 2]).toEqual([path, 0]);
});

it.each(Object.entries(checkedElsewhere))("%s has a test of its own", (page, owner) => {
  expect(readFileSync(join(projectRoot, owner), "utf8")).toContain(page.split("/").at(-1));
});

describe("shell commands", () => {
  const scripts = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"))).scripts;
  const lines = ofKind("sh", "", "first-run").flatMap(({ page, line, code }) =>
    code
      .trimEnd()
      .split("\n")
      .flatMap((text, index) =>
        text.split(/ && | \| /).map((command) => ({ at: `${page}:${line + index + 1}`, command })),
      ),
  );

  it("are there to be checked", () => {
    expect(lines.length).toBeGreaterThan(20);
  });

  it.each(lines)("$at: $command", async ({ command }) => {
    expect(await problemOf(shellWords(command))).toBeUndefined();
  });

  async function problemOf(words: readonly string[]): Promise<string | undefined> {
    const [program = "", ...args] = words[0]?.includes("=") === true ? words.slice(1) : words;
    if (program === "tutti") return usageProblem(args);
    if (program === "npm") return npmProblem(args);
    if (program === "node") return programProblem(args);
    if (program === "alias" || program === "cd") return undefined;
    if (program === "git") return gitProblem(args);
    return `nobody checks commands of ${program}`;
  }

  function programProblem([file = ""]: readonly string[]): string | undefined {
    const path = file.replace("path/to/tutti/", "");
    return existsSync(join(projectRoot, path)) ? undefined : `there is no program ${path}`;
  }

  function npmProblem([verb = "", name = ""]: readonly string[]): string | undefined {
    if (verb === "ci" || verb === "install") return undefined;
    const script = verb === "run" ? name : verb;
    return script in scripts ? undefined : `package.json has no script ${script}`;
  }

  async function gitProblem([verb = ""]: readonly string[]): Promise<string | undefined> {
    const { stdout } = await run("git", ["--list-cmds=builtins"]);
    return stdout.split("\n").includes(verb) ? undefined : `git has no command ${verb}`;
  }
});

describe("commands in the text", () => {
  const named = pages.flatMap(inlineCodeOf).filter(({ code }) => /^(npx )?tutti /.test(code));

  it("exist, with the flags that are named", async () => {
    expect(named.length).toBeGreaterThan(30);
    const problems = await Promise.all(
      named.map(async ({ page, line, code }) => {
        const problem = await usageProblem(shellWords(code.replace(/^npx /, "")).slice(1));
        const isIncomplete = problem === undefined || /missing required argument|^\(outputHelp\)$/.test(problem);
        return isIncomplete ? undefined : `${page}:${line}: ${code}: ${problem}`;
      }),
    );
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it("tell of every command", () => {
    const told = [...named.map(({ code }) => code), ...blocks.map(({ code }) => code)].join("\n");
    expect(commandNames().filter((name) => !told.includes(`tutti ${name}`))).toEqual([]);
  });

  it("name npm scripts that exist", () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")));
    const asked = pages.flatMap(inlineCodeOf).flatMap(({ code }) => /^npm run (?:-s )?([\w-]+)/.exec(code)?.[1] ?? []);
    expect(asked.filter((name) => !(name in scripts))).toEqual([]);
    const contributing = readFileSync(join(projectRoot, "CONTRIBUTING.md"), "utf8");
    const untold = Object.keys(scripts).filter(
      (name) => !/^(prepare|tutti)$/.test(name) && !contributing.includes(name),
    );
    expect(untold).toEqual([]);
  });
});

test.each(ofKind("mermaid", ""))("$page:$line is a picture of one kind", ({ code }) => {
  expect(code).toMatch(/^(?:flowchart (?:LR|TD)|stateDiagram-v2|sequenceDiagram)\n/);
});

describe("YAML", () => {
  test.each(ofKind("yaml", "config"))("$page:$line holds valid settings", async ({ code }) => {
    const folder = await mkdtemp(join(tmpdir(), "tutti-docs-"));
    try {
      await writeFile(join(folder, "tutti.config.yaml"), code);
      const { layers } = await loadConfig({ projectDir: folder, home: folder, env: {} });
      expect(layers).toHaveLength(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each(ofKind("yaml", "plan"))("$page:$line is a valid plan", ({ code }) => {
    expect(parsePlan(parse(code), {}).tasks.length).toBeGreaterThan(0);
  });

  test.each(ofKind("yaml", "breakpoints"))("$page:$line holds valid breakpoint rules", ({ code, page }) => {
    const source = { content: parse(code) as unknown, where: page, lineOf: () => undefined, evaluators: [] };
    expect(parseRules(source).length).toBeGreaterThan(0);
  });

  test.each(ofKind("yaml", "workflow"))("$page:$line is a valid workflow", ({ code, page }) => {
    const origin = { file: page, lineOf: () => undefined };
    expect(readYamlWorkflow(parse(code) as unknown, origin, "example").description).not.toBe("");
  });

  test.each(ofKind("yaml", "scenario"))("$page:$line is a valid scenario", ({ code, page }) => {
    expect(parseScenario(code, page).rules.length).toBeGreaterThan(0);
  });
});

it("the templates of a page can be used together, and leave nothing out", async () => {
  const files = ofKind("jinja", "template").map(({ code }) => {
    const shownAs = /^{# (\S+) #}/.exec(code)?.[1] ?? "";
    return { name: shownAs.replace(`${templateFolder}/`, ""), text: code, shownAs };
  });
  expect(await checkTemplateSet(await TemplateSet.open(files, openMinijinja))).toEqual([]);
});

describe("TypeScript", () => {
  const exported = {
    tutti: "src/index.ts",
    "tutti/simulator": "src/simulator/index.ts",
    "tutti/testing": "src/testing/index.ts",
  };

  it("imports only what the package exports", () => {
    const { exports } = z
      .object({ exports: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")));
    for (const [name, source] of Object.entries(exported)) {
      expect(Object.keys(exports)).toContain(name.replace("tutti", "."));
      expect([source, existsSync(join(projectRoot, source))]).toEqual([source, true]);
    }
    const imported = blocks.flatMap(({ code }) => [...code.matchAll(/from "(tutti[^"]*)"/g)].map(([, name]) => name));
    expect(imported.filter((name) => name !== undefined && !(name in exported))).toEqual([]);
  });

  it("compiles, every block of it", { timeout: 180_000 }, async () => {
    // Below the project, so that its packages and types are found; a folder that git and the linters ignore.
    const folder = await mkdtemp(join(projectRoot, "node_modules", ".docs-"));
    try {
      const samples = ofKind("ts", "run", "check");
      expect(samples.length).toBeGreaterThan(2);
      for (const [index, { code }] of samples.entries()) {
        await writeFile(join(folder, `sample-${index}.mts`), code.replaceAll('"./src/', '"../../src/'));
      }
      const paths = Object.fromEntries(Object.entries(exported).map(([name, path]) => [name, [`../../${path}`]]));
      await writeFile(
        join(folder, "tsconfig.json"),
        JSON.stringify({
          extends: "../../tsconfig.json",
          compilerOptions: { paths, types: ["node"], allowImportingTsExtensions: true },
          include: ["*.mts"],
          exclude: [],
        }),
      );
      const compiler = fileURLToPath(import.meta.resolve("typescript/package.json")).replace("package.json", "bin/tsc");
      const { stdout } = await run(process.execPath, [compiler, "-p", folder]).catch((error: unknown) => ({
        stdout: error instanceof Error && "stdout" in error ? String(error.stdout) : String(error),
      }));
      expect(stdout).toBe("");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each(ofKind("ts", "run"))("$page:$line prints what stands below it", async ({ page, line, code }) => {
    const shown = blocks.find((block) => block.page === page && block.line > line && block.marker === "output");
    const resolver = new URL("../../src/config/read/resolve-tutti.ts", import.meta.url).href;
    const setUp = `import { resolveTuttiImports } from ${JSON.stringify(resolver)}; resolveTuttiImports();`;
    const folder = await mkdtemp(join(tmpdir(), "tutti-docs-"));
    try {
      const sample = join(folder, "sample.ts");
      await writeFile(sample, code);
      const program = `${setUp} await import(${JSON.stringify(sample)});`;
      const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], { cwd: folder });
      expect(stdout).toBe(shown?.code);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
