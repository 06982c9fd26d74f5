import { TuttiError } from "../../domain/errors.ts";
import { loadConfig, type LoadConfigOptions, type LoadedConfig } from "../load-config.ts";
import { displayFile } from "../problems/where.ts";
import type { Diagnosis } from "./judge.ts";

export type ConfigCheck = {
  readonly diagnosis: Diagnosis;
  /** Absent when the settings can't be used. */
  readonly loaded?: LoadedConfig;
};

export async function checkConfig(options: LoadConfigOptions): Promise<ConfigCheck> {
  try {
    const loaded = await loadConfig(options);
    const files = loaded.files.map((file) => displayFile(file, options.projectDir));
    const detail = files.length === 0 ? "no settings file, all defaults" : files.join(", ");
    return { loaded, diagnosis: { name: "settings", status: "ok", detail } };
  } catch (thrown) {
    const { message, hint } = TuttiError.from(thrown);
    const fix = hint ?? "Correct the settings.";
    return { diagnosis: { name: "settings", status: "failed", detail: message, fix } };
  }
}
