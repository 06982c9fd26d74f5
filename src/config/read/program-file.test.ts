import { execa } from "execa";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

/** These run in a process of their own: the test runner compiles what is imported, a user's Node.js does not. */
const loaderUrl = new URL("../load-config.ts", import.meta.url).href;

let projectDir: string;

beforeEach(async () => {
  projectDir = await mkdtemp(join(tmpdir(), "tutti-program-"));
});
afterEach(() => rm(projectDir, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(join(projectDir, name), text);

/** Runs `body` after `load` was defined; what it passes to `print` comes back, with everything on stderr. */
async function inNode(body: string): Promise<{ printed: unknown; stderr: string }> {
  const script = `
    import { loadConfig } from ${JSON.stringify(loaderUrl)};
    const projectDir = ${JSON.stringify(projectDir)};
    const load = async () => (await loadConfig({ projectDir, home: projectDir, env: {} })).config;
    const print = (value) => process.stdout.write(JSON.stringify(value));
    ${body}`;
  const { stdout, stderr } = await execa(process.execPath, ["--input-type=module", "--eval", script]);
  return { printed: JSON.parse(stdout), stderr };
}

const printWorkers = "print((await load()).execution.workers);";
const printError = "await load().then(print, ({ code, message, hint }) => print({ code, message, hint }));";

test("defineConfig comes from the running copy although the project has no tutti installed", async () => {
  await write(
    "tutti.config.ts",
    'import { defineConfig } from "tutti";\nconst workers: number = 6;\nexport default defineConfig({ execution: { workers } });\n',
  );
  expect(await inNode(printWorkers)).toEqual({ printed: 6, stderr: "" });
});

test("other packages still come from the project", async () => {
  await mkdir(join(projectDir, "node_modules", "ours"), { recursive: true });
  await write("node_modules/ours/package.json", '{ "type": "module", "main": "index.js" }');
  await write("node_modules/ours/index.js", "export const workers = 8;\n");
  await write("tutti.config.mts", 'import { workers } from "ours";\nexport default { execution: { workers } };\n');
  expect((await inNode(printWorkers)).printed).toBe(8);
});

test("TypeScript is an ES module in a CommonJS package too, and so is what it imports", async () => {
  await write("package.json", '{ "type": "commonjs" }');
  await write("size.ts", "export const workers: number = 4;\n");
  await write("tutti.config.ts", 'import { workers } from "./size.ts";\nexport default { execution: { workers } };\n');
  expect(await inNode(printWorkers)).toEqual({ printed: 4, stderr: "" });
});

test("a CommonJS settings file works", async () => {
  await write("tutti.config.js", "module.exports = { execution: { workers: 5 } };\n");
  expect((await inNode(printWorkers)).printed).toBe(5);
});

test("a file that changed is run again in the same process", async () => {
  await write("tutti.config.mjs", "export default { execution: { workers: 1 } };\n");
  const { printed } = await inNode(`
    import { utimes, writeFile } from "node:fs/promises";
    const file = projectDir + "/tutti.config.mjs";
    const before = (await load()).execution.workers;
    await writeFile(file, "export default { execution: { workers: 2 } };");
    await utimes(file, new Date(), new Date(Date.now() + 5000));
    print([before, (await load()).execution.workers]);`);
  expect(printed).toEqual([1, 2]);
});

test("one that throws is CONFIG_INVALID with file and reason", async () => {
  await write("tutti.config.ts", 'throw new Error("no database today");\n');
  expect((await inNode(printError)).printed).toMatchObject({
    code: "CONFIG_INVALID",
    message: "tutti.config.ts: could not be run: Error: no database today",
  });
});

test("TypeScript that can't be erased is CONFIG_INVALID and the hint says so", async () => {
  await write("tutti.config.ts", "enum Colour { Red }\nexport default { execution: { workers: Colour.Red } };\n");
  const { printed } = await inNode(printError);
  expect(printed).toMatchObject({ code: "CONFIG_INVALID", hint: expect.stringContaining("no enums") });
});

test("an import that can't be found is CONFIG_INVALID and names the package", async () => {
  await write("tutti.config.ts", 'import "missing-package";\nexport default {};\n');
  const { printed } = await inNode(printError);
  expect(printed).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("missing-package") });
});

test("one without a default export says what to write", async () => {
  await write("tutti.config.ts", "export const config = {};\n");
  expect((await inNode(printError)).printed).toMatchObject({
    message: "tutti.config.ts: has no default export",
    hint: expect.stringContaining("export default defineConfig"),
  });
});

test("one that exports a function where data belongs is refused with the setting", async () => {
  await write("tutti.config.ts", "export default { agent: { allow: () => [] } };\n");
  expect((await inNode(printError)).printed).toMatchObject({
    message: "tutti.config.ts: agent.allow must be plain data",
  });
});
