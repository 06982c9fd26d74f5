import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { scratchProject, type ScratchProject } from "../support/scratch-project.ts";
import { runTutti } from "../support/tutti-process.ts";

let project: ScratchProject;

beforeAll(async () => {
  project = await scratchProject({
    "tutti.config.ts": 'import { defineConfig } from "tutti";\nexport default defineConfig({});\n',
    ".tutti/workflows/own.ts": [
      'import { workflow } from "tutti";',
      'import { z } from "zod";',
      'export default workflow("own", { input: z.object({}), output: z.number() }, async (flow) => flow.now());',
    ].join("\n"),
  });
});

afterAll(() => project.remove());

const repository = new URL("../../", import.meta.url).href;
const tellModules = fileURLToPath(new URL("../support/tell-modules.ts", import.meta.url));

type Loaded = { readonly stdout: string; readonly own: readonly string[]; readonly packages: readonly string[] };

/** What one command loads, by the paths in the repository. */
async function loadedBy(...args: readonly string[]): Promise<Loaded> {
  const told = join(project.home, "modules.txt");
  const env = { NODE_OPTIONS: `--import=${tellModules}`, TELL_MODULES: told };
  const { exitCode, stdout, stderr } = await runTutti(project, { args, env });
  expect(exitCode, stderr).toBe(0);
  const paths = (await readFile(told, "utf8")).split("\n").filter((url) => url.startsWith(repository));
  const files = paths.map((url) => url.slice(repository.length));
  const [own, packages] = [files.filter((file) => !isPackage(file)), files.filter(isPackage)];
  return { stdout, own, packages };
}

const isPackage = (file: string): boolean => file.includes("node_modules/");

describe("a process loads few files before it does what it is for", () => {
  it("nearly none for its help", async () => {
    const { own, packages } = await loadedBy("--help");
    expect(own.length).toBeLessThan(20);
    expect(packages).toEqual([]);
  });

  it("not a thousand for a command that opens the project, its settings and its state", async () => {
    const { own, packages } = await loadedBy("job", "list");
    expect(own.length).toBeLessThan(100);
    expect(packages).toEqual([]);
  });

  it("no second copy of itself for a user's workflow, which has what the program has", async () => {
    const { stdout, own, packages } = await loadedBy("workflow", "run", "own", "--dry-run", "--yes");
    expect(stdout).toContain("own");
    expect(own.length).toBeLessThan(100);
    expect(packages.filter((file) => !file.startsWith("node_modules/zod/"))).toEqual([]);
  });
});
