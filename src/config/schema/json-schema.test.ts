import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { configJsonSchemaText, settingPaths } from "./json-schema.ts";
import { configSchema } from "./config-schema.ts";

const published = () => readFile(new URL("../../../schema/tutti.config.schema.json", import.meta.url), "utf8");

describe("the published JSON Schema", () => {
  test("is up to date: node scripts/generate-schema.ts writes it", async () => {
    expect(await published()).toBe(configJsonSchemaText());
  });

  const parse = async (config: unknown) => {
    const schema = z.fromJSONSchema(z.record(z.string(), z.json()).parse(JSON.parse(await published())));
    return schema.safeParse(config).success;
  };

  test("accepts the defaults and the older spelling", async () => {
    expect(await parse(configSchema.parse({}))).toBe(true);
    expect(await parse({ execution: { max_workers: 3, worker_timeout: 1.5 }, monitoring: { verbose_logging: true } })).toBe(true);
  });

  test.each([[{ execution: { workers: 0 } }], [{ colour: "red" }], [{ models: { worker: { model: "sonet" } } }], [{ gates: [{}] }]])(
    "refuses %j as the loader does",
    async (config) => {
      expect(configSchema.safeParse(config).success).toBe(false);
      expect(await parse(config)).toBe(false);
    },
  );
});

test("every setting has a description", () => {
  const undescribed = settingPaths().filter((path) => {
    let node: unknown = z.toJSONSchema(configSchema, { io: "input" });
    for (const key of path) node = z.object({ properties: z.record(z.string(), z.unknown()) }).parse(node).properties[key];
    return !z.object({ description: z.string().min(10) }).safeParse(node).success;
  });
  expect(undescribed).toEqual([]);
});
