import { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import type { TuttiPlugin } from "./plugin.ts";

const callable = z.custom<(...given: never[]) => unknown>((value) => typeof value === "function", "must be a function");
const named = z.string().min(1);

const pluginSchema = z.strictObject({
  name: named,
  qualityStages: z.array(z.looseObject({ name: named, judge: callable })).optional(),
  testResultParsers: z.array(z.looseObject({ name: named, parse: callable })).optional(),
  breakpointEvaluators: z.record(named, callable).optional(),
  llms: z.record(named, callable).optional(),
});

const isPlugin = (exported: unknown): exported is TuttiPlugin => pluginSchema.safeParse(exported).success;

/** @throws {TuttiError} `PLUGIN_INVALID` naming the file and what is wrong with it */
export function checkPlugins(
  files: readonly { readonly file: string; readonly exported: unknown }[],
): readonly TuttiPlugin[] {
  const plugins = files.map(({ file, exported }) => {
    if (isPlugin(exported)) return { file, plugin: exported };
    const [issue] = pluginSchema.safeParse(exported).error?.issues ?? [];
    throw invalid(file, `${issue?.path.join(".") || "its default export"}: ${issue?.message ?? "is no plugin"}`);
  });
  for (const [index, { file, plugin }] of plugins.entries()) {
    const before = plugins.slice(0, index).find((other) => other.plugin.name === plugin.name);
    if (before !== undefined) throw invalid(file, `${before.file} is called "${plugin.name}", too`);
  }
  return plugins.map(({ plugin }) => plugin);
}

const invalid = (file: string, what: string): TuttiError =>
  new TuttiError("PLUGIN_INVALID", `plugins: ${file}: ${what}`, {
    hint: 'Write: import { definePlugin } from "tutti"; export default definePlugin({ name: "…" });',
    context: { file },
  });
