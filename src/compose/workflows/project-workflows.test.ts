import { execa } from "execa";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

/** These run in a process of their own: the test runner compiles what is imported, a user's Node.js does not. */
const sourceUrl = new URL("project-workflows.ts", import.meta.url).href;

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tutti-workflows-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  const file = join(root, ".tutti", "workflows", name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

const echo = (name: string, more = "") => `
import { workflow } from "tutti";
import { z } from "zod";
${more}
export default workflow("${name}", { input: z.string(), output: z.string() }, async (flow, input) => input);
`;

/** What `body` passes to `print`. */
async function inNode(body: string): Promise<unknown> {
  const script = `
    import { writeFileSync } from "node:fs";
    import { ProjectWorkflows } from ${JSON.stringify(sourceUrl)};
    const root = ${JSON.stringify(root)};
    const source = new ProjectWorkflows({ root });
    const print = (value) => process.stdout.write(JSON.stringify(value));
    const error = (ref) => source.load(ref).then(() => "loaded", ({ code, message, hint }) => ({ code, message, hint }));
    const own = async () => (await source.list()).filter(({ origin }) => origin === "project");
    ${body}`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", script]);
  return JSON.parse(stdout);
}

test("a TypeScript file of the project is a workflow, in a project that has neither tutti nor zod installed", async () => {
  await write("echo.ts", echo("echo", "const unused: number = 1;"));
  const body =
    'const { definition, origin } = await source.load("echo"); print([definition.name, origin, await definition.runChecked({}, "hi")]);';
  expect(await inNode(body)).toEqual(["echo", "project", "hi"]);
});

test("its version changes with what it imports from the project, in the same process too", async () => {
  await write("echo.ts", echo("echo", 'import { size } from "./lib/size.ts"; size;'));
  await write("lib/size.ts", "export const size: number = 1;\n");
  const body = `
    const version = async () => (await source.load("echo")).version;
    const versions = [await version(), await version()];
    writeFileSync(root + "/.tutti/workflows/lib/size.ts", "export const size: number = 2;");
    print([...versions, await version()]);`;
  const [first, again, changed] = (await inNode(body)) as string[];
  expect(again).toBe(first);
  expect(changed).not.toBe(first);
});

test("a file may export several, which are named after a #", async () => {
  await write(
    "two.ts",
    'import { workflow } from "tutti"; import { z } from "zod";\nconst form = { input: z.null(), output: z.null() };\nexport const one = workflow("one", form, async () => null);\nexport const two = workflow("two", form, async () => null);\n',
  );
  const file = ".tutti/workflows/two.ts";
  const body = `print([(await source.load("./${file}#two")).definition.name, await error("${file}"), (await own()).map(({ name }) => name)]);`;
  expect(await inNode(body)).toEqual([
    "two",
    {
      code: "WORKFLOW_UNKNOWN",
      message: `${file}: has 2 workflows: one, two`,
      hint: `Name one of them: ${file}#one`,
    },
    ["one", "two"],
  ]);
});

test.each([
  ["throws", "const a: number = 1;\n\nthrow new Error('boom');\n", ":3: the file threw Error: boom"],
  ["does not parse", "const a = = 1;\n", ":1: Expression expected"],
  ["can't be erased", "let a;\nenum X { A }\n", ":2: TypeScript enum is not supported in strip-only mode"],
  ["exports no workflow", "export const a = 1;\n", ": exports no workflow, but a"],
  ["makes a workflow without a name", echo("No Name"), ':5: "No Name" is no name for a workflow'],
])("a file that %s is named with the line and the reason", async (_what, text, reason) => {
  await write("bad.ts", text);
  const [loaded, listed] = (await inNode('print([await error("bad"), await own()]);')) as [object, object[]];
  expect(loaded).toMatchObject({ code: "WORKFLOW_INVALID", message: `.tutti/workflows/bad.ts${reason}` });
  expect(listed).toMatchObject([{ name: "bad", problem: `.tutti/workflows/bad.ts${reason}` }]);
});

test("an import that can't be found is named in the file that imports it", async () => {
  await write("outer.ts", echo("outer", 'import "./lib/inner.ts";'));
  await write("lib/inner.ts", "const a = 1;\nimport './nowhere.ts';\n");
  expect(await inNode('print(await error("outer"));')).toMatchObject({
    code: "WORKFLOW_INVALID",
    message: expect.stringMatching(/^\.tutti\/workflows\/lib\/inner\.ts:2: Cannot find module/),
  });
});

test("two files with a workflow of the same name are both named", async () => {
  await write("a.ts", echo("same"));
  await write("b.ts", echo("same"));
  const message = "There is a workflow same in .tutti/workflows/a.ts and in .tutti/workflows/b.ts";
  expect(await inNode('print([await error("same"), (await own()).map(({ problem }) => problem)]);')).toEqual([
    { code: "WORKFLOW_INVALID", message, hint: "Give one of them another name" },
    [message, message],
  ]);
});

test("an unknown name comes with the nearest one, and with what could not be read", async () => {
  await write("review.ts", echo("review"));
  await write("bad.ts", "throw 1;");
  expect(await inNode('print(await error("reviwe"));')).toEqual({
    code: "WORKFLOW_UNKNOWN",
    message: "There is no workflow reviwe; .tutti/workflows/bad.ts could not be read",
    hint: "Did you mean review?",
  });
});

test("tests beside workflows, and what lies in folders, are no workflows", async () => {
  await write("review.ts", echo("review"));
  await write("review.test.ts", "throw 1;");
  await write("lib/other.ts", "throw 1;");
  expect(await inNode("print((await own()).map(({ name }) => name));")).toEqual(["review"]);
});

test("a YAML file is a workflow too, named for its file, and calls others by name or by the path beside it", async () => {
  await write("inner.ts", echo("inner"));
  await write("beside.yaml", "steps: [{ id: a, workflow: inner, input: hi }]\n");
  await write(
    "outer.yml",
    "steps:\n  - { id: a, workflow: inner, input: hi }\n  - { id: b, workflow: ./beside.yaml }\n",
  );
  const body = `
    const before = (await source.load("outer")).version;
    writeFileSync(root + "/.tutti/workflows/inner.ts", ${JSON.stringify(echo("inner", "1;"))});
    print([(await own()).map(({ name, problem }) => [name, problem]), before === (await source.load("outer")).version]);`;
  expect(await inNode(body)).toEqual([
    [
      ["beside", null],
      ["inner", null],
      ["outer", null],
    ],
    false,
  ]);
});

test("YAML workflows that call one another in a circle are refused with the lines", async () => {
  await write("a.yaml", "steps:\n  - { id: x, workflow: b }\n");
  await write("b.yaml", "description: B\nsteps:\n  - { id: x, workflow: a }\n");
  const message =
    ".tutti/workflows/a.yaml:2: workflows call one another in a circle: a (.tutti/workflows/a.yaml:2) → b (.tutti/workflows/b.yaml:3) → a";
  expect(await inNode('print([await error("a"), (await own()).length]);')).toEqual([
    { code: "WORKFLOW_INVALID", message, hint: "Take one of these calls away" },
    2,
  ]);
});

test("a call of a workflow that isn't there is named with its line", async () => {
  await write("a.yaml", "steps:\n  - { id: x, workflow: revieww }\n");
  await write("review.ts", echo("review"));
  expect(await inNode('print(await error("a"));')).toEqual({
    code: "WORKFLOW_UNKNOWN",
    message: ".tutti/workflows/a.yaml:2: There is no workflow revieww",
    hint: "Did you mean review?",
  });
});

test("YAML that is none is named with the line", async () => {
  await write("a.yaml", 'name: a\nsteps: [ { id: "a }\n');
  expect(await inNode('print(await error("a"));')).toMatchObject({
    code: "WORKFLOW_INVALID",
    message: expect.stringMatching(/^\.tutti\/workflows\/a\.yaml:2: not valid YAML/),
  });
});
