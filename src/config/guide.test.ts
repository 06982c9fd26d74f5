import { execa } from "execa";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { settingsTable } from "../../scripts/settings-table.ts";
import { seedNames } from "./schema/seed-names.ts";
import { tempProject } from "./temp-project.fixture.ts";

/** Everything that the guide shows is run, or compared with what really comes out. */
const repository = new URL("../../", import.meta.url);
const page = await readFile(new URL("docs/guide/configuration.md", repository), "utf8");
const schemaText = await readFile(new URL("schema/tutti.config.schema.json", repository), "utf8");
const published = z.fromJSONSchema(z.record(z.string(), z.json()).parse(JSON.parse(schemaText)));

type Block = { readonly kind: string; readonly code: string; readonly line: number };

const blocks: readonly Block[] = [...page.matchAll(/^```([^\n]+)\n([\s\S]*?)^```$/gm)].map((match) => ({
  kind: match[1] ?? "",
  code: match[2] ?? "",
  line: page.slice(0, match.index).split("\n").length,
}));
const ofKind = (kind: string) => blocks.filter((block) => block.kind === kind);

const { dirs, failure, inProject, load } = tempProject();

test("every code block is of a kind that is checked here", () => {
  const kinds = ["yaml", "json", "ts", "sh", "yaml wrong", "text"];
  expect(blocks.filter(({ kind }) => !kinds.includes(kind))).toEqual([]);
  expect(page.match(/^```/gm)).toHaveLength(blocks.length * 2);
  expect(kinds.filter((kind) => ofKind(kind).length === 0)).toEqual([]);
});

describe("settings files", () => {
  test.each(ofKind("yaml"))("the YAML in line $line loads and suits the published schema", async ({ code }) => {
    await inProject("tutti.config.yaml", code);
    const { layers } = await load();
    expect(layers).toHaveLength(1);
    expect(published.safeParse(parse(code)).error).toBeUndefined();
  });

  test.each(ofKind("json"))("the JSON in line $line loads and suits the published schema", async ({ code }) => {
    await inProject("tutti.config.json", code);
    const { layers } = await load();
    expect(layers).toHaveLength(1);
    expect(published.safeParse(JSON.parse(code)).error).toBeUndefined();
  });

  test.each(ofKind("ts"))("the TypeScript in line $line runs in a project without packages", async ({ code }) => {
    await inProject("tutti.config.ts", code);
    const script = `
      const { loadConfig } = await import(${JSON.stringify(new URL("load-config.ts", import.meta.url).href)});
      const { files } = await loadConfig({ ...${JSON.stringify(dirs())}, env: {} });
      process.stdout.write(JSON.stringify(files));`;
    const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", script]);
    expect(JSON.parse(stdout)).toHaveLength(1);
  });
});

test.each(ofKind("sh"))("the variables in line $line are settings", async ({ code }) => {
  const dump = `${code}\nexec "${process.execPath}" -p 'JSON.stringify(process.env)'`;
  const { stdout } = await execa("sh", ["-eu", "-c", dump], { env: {}, extendEnv: false });
  const env = z.record(z.string(), z.string()).parse(JSON.parse(stdout));
  const { layers } = await load({ env });
  const lines = code.split("\n").filter((line) => line !== "");
  expect(Object.keys(env).filter((name) => name.startsWith("TUTTI_"))).toHaveLength(lines.length);
  expect(layers.map(({ name }) => name)).toEqual(["env"]);
});

test.each(ofKind("yaml wrong"))("the mistake in line $line gives the message below it", async ({ code, line }) => {
  await inProject("tutti.config.yaml", code);
  const shown = blocks.find((block) => block.kind === "text" && block.line > line);
  const { message, hint } = await failure();
  expect(`${message}\n${hint}\n`).toBe(shown?.code);
});

test("the table of settings is up to date: node scripts/generate-schema.ts writes it", () => {
  expect(page).toContain(`<!-- settings: generated -->\n${settingsTable()}\n<!-- /settings -->`);
});

test("every older spelling is in its table", () => {
  const missing = seedNames.filter(({ section, from, to }) => {
    return !page.includes(`| \`${section}.${from}\``) || !page.includes(`| \`${section}.${to}\``);
  });
  expect(missing).toEqual([]);
});
