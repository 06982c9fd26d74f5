import type { z } from "zod";
import type { configSchema } from "./schema/config-schema.ts";

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** What a settings file, the environment or the command line may say: everything is optional. */
export type ConfigInput = DeepReadonly<z.input<typeof configSchema>>;

type ParsedConfig = DeepReadonly<z.output<typeof configSchema>>;

export type ModelRole = ParsedConfig["models"]["manager"];

/** The settings in force, with every default filled in. */
export type Config = Omit<ParsedConfig, "$schema" | "models"> & {
  readonly models: {
    readonly manager: ModelRole;
    readonly worker: ParsedConfig["models"]["worker"];
    readonly resolver: ModelRole;
    readonly reviewer: ModelRole;
  };
};

export type SetupCommand = Config["workspace"]["setup"][number];

/** A resolver or reviewer without a model of its own is the manager; with one, it takes nothing from the manager. */
export function completeConfig({ $schema: _schema, models, ...rest }: ParsedConfig): Config {
  const { manager, worker, resolver, reviewer } = models;
  const { description: _note, ...inherited } = manager;
  const complete = ({ model, ...own }: ParsedConfig["models"]["resolver"]): ModelRole =>
    model === undefined ? { ...inherited, ...own } : { model, ...own };
  return { ...rest, models: { manager, worker, resolver: complete(resolver), reviewer: complete(reviewer) } };
}
