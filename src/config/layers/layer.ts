import type { JsonObject } from "../../domain/json.ts";
import type { Path } from "./path.ts";

/** Where the value of a setting comes from. Plain JSON, so that faces can print and send it. */
export type Provenance =
  | { readonly layer: "default" }
  | {
      readonly layer: "user" | "project";
      readonly file: string;
      /** 1-based; absent where the file is a program. */
      readonly line?: number;
      /** The setting as that file spells it. */
      readonly field: string;
    }
  | { readonly layer: "env"; readonly variable: string }
  | { readonly layer: "flag" };

/** One source of settings. Later layers win over earlier ones, key by key; lists are replaced as a whole. */
export type Layer = {
  readonly name: Exclude<Provenance["layer"], "default">;
  /** In the spelling of the schema, without nulls. */
  readonly values: JsonObject;
  /** Where a value is set, or the nearest place that is known. */
  readonly originOf: (path: Path) => Provenance;
};
