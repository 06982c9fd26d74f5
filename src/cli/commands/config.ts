import { explainConfig, listSettings, type SettingExplanation } from "../../config/explain-config.ts";
import type { LoadedConfig } from "../../config/load-config.ts";
import { formatProvenance } from "../../config/problems/where.ts";
import { configJsonSchemaText } from "../../config/schema/json-schema.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Json } from "../../domain/json.ts";
import type { Output } from "../output.ts";
import { textTable } from "../render/text-table.ts";
import { cut, oneLine, wrap } from "../render/terminal-text.ts";

export type ConfigShowRequest = { readonly loaded: LoadedConfig; readonly output: Output };

/** A longer one is told whole by `tutti config explain` and by `--json`: one list would make every line as long as itself. */
const longestDefault = 60;

/** Every setting that has a value, and where it comes from. */
export function configShow({ loaded, output }: ConfigShowRequest): number {
  const settings = listSettings(loaded);
  if (output.isJson) output.stdout(`${JSON.stringify({ settings, files: loaded.files })}\n`);
  else {
    const rows = settings.map(({ key, value, from }) =>
      from.layer === "default"
        ? [key, cut(valueText(value), longestDefault), output.style("dim", "default")]
        : [key, valueText(value), formatProvenance(from, loaded.projectDir)],
    );
    output.stdout(textTable([{ title: "setting" }, { title: "value" }, { title: "from" }], rows));
  }
  return exitCodes.done;
}

export type ConfigExplainRequest = ConfigShowRequest & {
  /** `execution.workers`, or a section: `execution`. */
  readonly key: string;
};

/** @throws {TuttiError} `CONFIG_INVALID` for a setting that doesn't exist */
export function configExplain({ loaded, key, output }: ConfigExplainRequest): number {
  const explained = explainConfig(loaded, key);
  if (output.isJson) output.stdout(`${JSON.stringify({ settings: explained })}\n`);
  else output.stdout(explained.map((setting) => explanationText(setting, loaded, output)).join("\n"));
  return exitCodes.done;
}

function explanationText(
  setting: SettingExplanation,
  { projectDir }: LoadedConfig,
  { style, columns }: Output,
): string {
  const { key, description, value, from, variable, overridden } = setting;
  const set = value === undefined ? "not set" : `${valueText(value)}  (${formatProvenance(from, projectDir)})`;
  return [
    style("bold", key),
    ...wrap(description, Math.max(40, columns - 2)).map((line) => `  ${line}`),
    `  value:    ${set}`,
    ...(setting.default === undefined ? [] : [`  default:  ${valueText(setting.default)}`]),
    ...overridden.map(
      (lower) => `  hides:    ${valueText(lower.value)}  (${formatProvenance(lower.from, projectDir)})`,
    ),
    `  variable: ${variable}`,
    "",
  ].join("\n");
}

/** Lists and maps as JSON; a text as it is. */
const valueText = (value: Json): string => oneLine(typeof value === "string" ? value : JSON.stringify(value));

/** The JSON Schema of a settings file; the same with and without `--json`. */
export function configSchema({ output }: Pick<ConfigShowRequest, "output">): number {
  output.stdout(configJsonSchemaText());
  return exitCodes.done;
}
