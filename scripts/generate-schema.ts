/** Writes the JSON Schemas of the settings and of YAML workflows, and the table of the settings in the guide. Tests fail while one is stale. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { configJsonSchemaText } from "../src/config/schema/json-schema.ts";
import { workflowJsonSchemaText } from "../src/workflow/yaml/json-schema.ts";
import { settingsTable } from "./settings-table.ts";

const folder = new URL("../schema/", import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL("tutti.config.schema.json", folder), configJsonSchemaText());
await writeFile(new URL("tutti.workflow.schema.json", folder), workflowJsonSchemaText());

const guide = new URL("../docs/guide/configuration.md", import.meta.url);
const text = await readFile(guide, "utf8");
const marked = /(<!-- settings: generated -->\n)[\s\S]*?(\n<!-- \/settings -->)/;
await writeFile(
  guide,
  text.replace(marked, (_all, begin: string, end: string) => `${begin}${settingsTable()}${end}`),
);
