import type { Config, ConfigInput } from "./config.ts";
import { environmentLayer, type Environment } from "./layers/env-layer.ts";
import type { Layer, Provenance } from "./layers/layer.ts";
import { leavesOf, mergeLayers } from "./layers/merge.ts";
import { formatPath } from "./layers/path.ts";
import { plainValues } from "./layers/plain-values.ts";
import { validateLayer, validateMerged } from "./layers/validate.ts";
import { readFileLayer } from "./read/file-layer.ts";
import { findProjectFile, findUserFile, userConfigDir } from "./read/find-files.ts";

export type LoadConfigOptions = {
  /** Absolute path of the repository's root. */
  readonly projectDir: string;
  readonly env: Environment;
  /** What the command line says. Absent and `undefined` settings don't count. */
  readonly flags?: ConfigInput;
  /** Absolute path of the user's home. */
  readonly home: string;
};

export type LoadedConfig = {
  readonly config: Config;
  /** Where each setting comes from, by path (`execution.workers`); one entry for every setting that has a value. */
  readonly provenance: Readonly<Record<string, Provenance>>;
  /** The files that were read, in ascending precedence. */
  readonly files: readonly string[];
  /** In ascending precedence, without the defaults. */
  readonly layers: readonly Layer[];
  readonly projectDir: string;
};

/**
 * Reads the settings: defaults < user's file < project's file < environment < flags. Maps are merged key by key, lists
 * are replaced. A settings file that is a program (`.ts`, `.js`) is run.
 * @throws {TuttiError} `CONFIG_INVALID`, `MODEL_UNKNOWN` with file, line, setting, what is wrong and how to put it right
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const { projectDir } = options;
  const { files, layers } = await readLayers(options);
  for (const layer of layers) validateLayer(layer, projectDir);
  const merged = mergeLayers(layers);
  const config = validateMerged(merged, projectDir);
  return { config, provenance: provenanceOf(config, merged.provenance), files, layers, projectDir };
}

async function readLayers({ projectDir, env, flags, home }: LoadConfigOptions) {
  const userFile = await findUserFile(userConfigDir(env, home));
  const projectFile = await findProjectFile(projectDir);
  const user = userFile && (await readFileLayer({ name: "user", file: userFile, projectDir }));
  const project = projectFile && (await readFileLayer({ name: "project", file: projectFile, projectDir }));
  const layers = [user, project, environmentLayer(env), flagLayer(flags)];
  return { files: [userFile, projectFile].filter(isSet), layers: layers.filter(isSet) };
}

const isSet = <T>(value: T | "" | undefined): value is T => value !== undefined && value !== "";

function flagLayer(flags: ConfigInput | undefined): Layer | undefined {
  const values = plainValues(flags, () => "command line");
  return Object.keys(values).length === 0 ? undefined : { name: "flag", values, originOf: () => ({ layer: "flag" }) };
}

function provenanceOf(config: Config, set: ReadonlyMap<string, Provenance>): Record<string, Provenance> {
  const leaves = leavesOf(plainValues(config, () => "")).map(({ path }) => formatPath(path));
  return Object.fromEntries(leaves.map((field) => [field, set.get(field) ?? { layer: "default" }]));
}
