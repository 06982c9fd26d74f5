import type { Json, JsonObject } from "../../domain/json.ts";
import { isJsonObject, type Path } from "../layers/path.ts";
import { problemError } from "../problems/problem.ts";
import { showValue } from "../problems/show-value.ts";
import { convertSeedValue, seedNames, seedUnitWords, type SeedName } from "../schema/seed-names.ts";

export type Respelled = {
  readonly values: JsonObject;
  /** The path as the file spells it. */
  readonly writtenPath: (path: Path) => Path;
};

/**
 * Turns the older snake_case spelling into the schema's.
 * @param placeOf - the place of a path, as messages name it
 * @throws {TuttiError} `CONFIG_INVALID` for a value that the older spelling doesn't allow, or a setting that is there twice
 */
export function respell(values: JsonObject, placeOf: (path: Path) => string): Respelled {
  const used = seedNames.filter(({ section, from }) => isIn(values[section], from));
  const result = used.reduce((current, name) => renamed(current, name, placeOf), values);
  const writtenPath = (path: Path): Path => {
    const name = used.find(({ section, to }) => path[0] === section && path[1] === to);
    return name === undefined ? path : [name.section, name.from];
  };
  return { values: result, writtenPath };
}

const isIn = (section: Json | undefined, key: string): boolean => isJsonObject(section) && Object.hasOwn(section, key);

function renamed(values: JsonObject, name: SeedName, placeOf: (path: Path) => string): JsonObject {
  const section = values[name.section];
  if (!isJsonObject(section)) return values;
  const where = placeOf([name.section, name.from]);
  if (Object.hasOwn(section, name.to)) throw setTwice(name, where);
  const { [name.from]: written = null, ...rest } = section;
  const converted = convertSeedValue(written, name.unit);
  if (converted === undefined) throw wrongOlderValue(name, written, where);
  return { ...values, [name.section]: { ...rest, [name.to]: converted } };
}

function setTwice({ section, from, to }: SeedName, where: string) {
  const what = `${section}.${from} is the older spelling of ${section}.${to}, which is set too`;
  return problemError({ code: "CONFIG_INVALID", where, what, fix: `Remove ${section}.${from}.` });
}

function wrongOlderValue({ section, from, unit }: SeedName, value: Json, where: string) {
  const what = `${section}.${from} must be ${seedUnitWords[unit]}, not ${showValue(value)}`;
  return problemError({ code: "CONFIG_INVALID", where, what, fix: "Change the value." });
}
