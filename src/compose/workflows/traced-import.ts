import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { registerHooks, type ModuleHooks } from "node:module";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { resolveTuttiImports } from "../../config/read/resolve-tutti.ts";

/** A module of the user as it was loaded, with the files that it is made of. */
export type TracedModule = {
  readonly exported: Readonly<Record<string, unknown>>;
  /** Names the text of the file and of all that it imports, packages aside. */
  readonly version: string;
};

type Loading = {
  /** Digest of each file that was loaded, by absolute path. */
  readonly digests: Map<string, string>;
  unresolved?: UnresolvedImport;
};

export type UnresolvedImport = { readonly file: string; readonly specifier: string };

/** Why a module could not be loaded, and which import of it could not be found. */
export type FailedImport = { readonly thrown: unknown; readonly unresolved?: UnresolvedImport };

/** Carried by the addresses of a module and of what it imports: a changed file is another module, and so is whoever imports it. */
const mark = "tutti-load";

const loadings = new Map<string, Loading>();
const loaded = new Map<string, { readonly module: TracedModule; readonly digests: ReadonlyMap<string, string> }>();
let count = 0;

/**
 * Runs a module unless it and all that it imports are as they were. Not followed: packages, what `require` loads, and what is
 * imported later, while the workflow runs.
 * @param file - absolute
 * @param root - absolute; files are named relative to it
 */
export async function tracedImport(file: string, root: string): Promise<TracedModule | FailedImport> {
  const known = loaded.get(file);
  if (known !== undefined && isUnchanged(known.digests)) return known.module;
  trace();
  count += 1;
  const id = String(count);
  const loading: Loading = { digests: new Map() };
  loadings.set(id, loading);
  const url = pathToFileURL(file);
  url.searchParams.set(mark, id);
  try {
    const exported: unknown = await import(url.href);
    const module = {
      exported: { ...(typeof exported === "object" ? exported : {}) },
      version: versionOf(loading, root),
    };
    loaded.set(file, { module, digests: loading.digests });
    return module;
  } catch (thrown) {
    return { thrown, ...(loading.unresolved === undefined ? {} : { unresolved: loading.unresolved }) };
  } finally {
    loadings.delete(id);
  }
}

let hooks: ModuleHooks | undefined;

function trace(): void {
  resolveTuttiImports();
  hooks ??= registerHooks({
    resolve(specifier, context, nextResolve) {
      const id = idOf(context.parentURL);
      const loading = id === undefined ? undefined : loadings.get(id);
      if (id === undefined || context.conditions.includes("require")) return nextResolve(specifier, context);
      try {
        const resolved = nextResolve(specifier, context);
        return { ...resolved, url: isFollowed(specifier, resolved.url) ? marked(resolved.url, id) : resolved.url };
      } catch (thrown) {
        if (loading !== undefined) loading.unresolved = { file: pathOf(context.parentURL ?? ""), specifier };
        throw thrown;
      }
    },
    load(url, context, nextLoad) {
      const result = nextLoad(url, context);
      const id = idOf(url);
      const digests = id === undefined ? undefined : loadings.get(id)?.digests;
      digests?.set(pathOf(url), digestOf(result.source ?? readFileSync(pathOf(url))));
      return result;
    },
  });
}

const idOf = (url: string | undefined): string | undefined =>
  url?.startsWith("file:") === true ? (new URL(url).searchParams.get(mark) ?? undefined) : undefined;

const isFollowed = (specifier: string, url: string): boolean =>
  url.startsWith("file:") && !url.includes("/node_modules/") && !/^(tutti|zod)(\/|$)/.test(specifier);

function marked(url: string, id: string): string {
  const address = new URL(url);
  address.searchParams.set(mark, id);
  return address.href;
}

function pathOf(url: string): string {
  const address = new URL(url);
  address.search = "";
  return fileURLToPath(address);
}

const digestOf = (source: string | NodeJS.ArrayBufferView | ArrayBuffer): string =>
  createHash("sha256")
    .update(source instanceof ArrayBuffer ? new Uint8Array(source) : source)
    .digest("hex");

function isUnchanged(digests: ReadonlyMap<string, string>): boolean {
  return [...digests].every(([file, digest]) => {
    try {
      return digestOf(readFileSync(file)) === digest;
    } catch {
      // A file that is gone: loading anew says so.
      return false;
    }
  });
}

function versionOf({ digests }: Loading, root: string): string {
  const lines = [...digests].map(([file, digest]) => `${relative(root, file)} ${digest}`).toSorted();
  return shortDigest(lines.join("\n"));
}

export const shortDigest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
