import type { Json } from "../json.ts";
import type { FileClaim } from "./claims.ts";

/** Fields that list files by what was done to them: `created`, `filesChanged`, `deleted_files`. */
const field =
  /^(?:files?[_-]?)?(created|added|new|written|changed|modified|updated|edited|touched|deleted|removed|)(?:[_-]?(?:files?|paths?))?$/i;

const whats: Readonly<Record<string, FileClaim["what"]>> = {
  created: "made",
  added: "made",
  new: "made",
  written: "made",
  "": "there",
  deleted: "deleted",
  removed: "deleted",
};

/** With a folder and an ending: a name alone may mean anything in somebody else's schema. */
const path = /^(?:\.\/)?(?:[\w@.+-]+\/)+[\w@.+[\]-]+\.[A-Za-z][A-Za-z0-9]{0,7}$/;

/** What a structured result says that was done with files; it has to be as true as the words. */
export function claimsOfResult(result: Json | undefined): readonly FileClaim[] {
  if (typeof result !== "object" || result === null || Array.isArray(result)) return [];
  return Object.entries(result).flatMap(([key, value]) => {
    const word = key === "" ? undefined : field.exec(key)?.[1];
    if (word === undefined || value === undefined) return [];
    return pathsIn(value).map((one) => ({ what: whats[word.toLowerCase()] ?? "changed", path: one }));
  });
}

function pathsIn(value: Json): readonly string[] {
  if (typeof value === "string") return path.test(value) ? [value.replace(/^\.\//, "")] : [];
  if (Array.isArray(value)) return value.flatMap((item: Json) => pathsIn(item));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    /^(?:path|file|name)$/i.test(key) && typeof item === "string" ? pathsIn(item) : [],
  );
}
