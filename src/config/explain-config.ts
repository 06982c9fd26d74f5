import type { Json } from "../domain/json.ts";
import type { Provenance } from "./layers/layer.ts";
import { leavesOf } from "./layers/merge.ts";
import { formatPath, valueAt } from "./layers/path.ts";
import { plainValues } from "./layers/plain-values.ts";
import type { LoadedConfig } from "./load-config.ts";
import { problemError } from "./problems/problem.ts";
import { variableFor } from "./layers/env-layer.ts";
import { schemaAt, settingPaths } from "./schema/json-schema.ts";
import { nearestName } from "../domain/nearest-name.ts";

export type SettingExplanation = {
  /** `execution.workers` */
  readonly key: string;
  readonly description: string;
  /** The value in force; absent for a setting without a value. */
  readonly value?: Json;
  readonly from: Provenance;
  /** Absent for a setting without a default. */
  readonly default?: Json;
  /** The environment variable that sets it. */
  readonly variable: string;
  /** What lower layers say, nearest first. */
  readonly overridden: readonly { readonly value: Json; readonly from: Provenance }[];
};

/**
 * Says of a setting, or of each setting in a section, what it is, where its value comes from and what that value hides.
 * @param key - `execution.workers` or `execution`
 * @throws {TuttiError} `CONFIG_INVALID` for a key that doesn't exist
 */
export function explainConfig(loaded: LoadedConfig, key: string): readonly SettingExplanation[] {
  const settings = settingPaths().filter((path) => path[0] !== "$schema");
  const names = settings.map(formatPath);
  const wanted = settings.filter((path) => formatPath(path) === key || formatPath(path).startsWith(`${key}.`));
  if (wanted.length > 0) return wanted.map((path) => explainSetting(loaded, path));
  throw unknownKey(key, names);
}

/** All settings that have a value, flat, for `tutti config show`. */
export function listSettings(
  loaded: LoadedConfig,
): readonly { readonly key: string; readonly value: Json; readonly from: Provenance }[] {
  return leavesOf(plainValues(loaded.config, () => "settings")).map(({ path, value }) => {
    const key = formatPath(path);
    return { key, value, from: loaded.provenance[key] ?? { layer: "default" } };
  });
}

function explainSetting({ config, layers, provenance }: LoadedConfig, path: readonly string[]): SettingExplanation {
  const key = formatPath(path);
  const node = schemaAt(path) ?? {};
  const value = valueAt(
    plainValues(config, () => "settings"),
    path,
  );
  const set = layers.flatMap((layer) => {
    const own = valueAt(layer.values, path);
    return own === undefined ? [] : [{ value: own, from: layer.originOf(path) }];
  });
  return {
    key,
    description: typeof node["description"] === "string" ? node["description"] : "",
    from: provenance[key] ?? { layer: "default" },
    variable: variableFor(path),
    overridden: set.slice(0, -1).toReversed(),
    ...(value === undefined ? {} : { value }),
    ...(node["default"] === undefined ? {} : { default: node["default"] }),
  };
}

function unknownKey(key: string, names: readonly string[]) {
  const meant = nearestName(key, names) ?? names.find((name) => name.endsWith(`.${key}`));
  const what = `there is no setting of this name${meant === undefined ? "" : `; did you mean ${meant}?`}`;
  const fix = meant === undefined ? "See tutti config show for all settings." : `Ask for ${meant}.`;
  return problemError({ code: "CONFIG_INVALID", where: key, what, fix });
}
