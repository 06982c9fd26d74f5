import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { TuttiError } from "../domain/errors.ts";
import type { ConfigInput } from "./config.ts";
import { loadConfig, type LoadedConfig } from "./load-config.ts";

type Extra = { readonly env?: Record<string, string>; readonly flags?: ConfigInput };

export type TempProject = {
  /** Valid inside a test. */
  readonly dirs: () => { readonly root: string; readonly projectDir: string; readonly home: string };
  readonly inProject: (name: string, text: string) => Promise<string>;
  /** A file in the user's own settings folder. */
  readonly forUser: (name: string, text: string) => Promise<string>;
  readonly load: (extra?: Extra) => Promise<LoadedConfig>;
  /** The error that loading ends with. */
  readonly failure: (extra?: Extra) => Promise<TuttiError>;
};

/** A project folder and a home for each test of the file, removed afterwards. */
export function tempProject(): TempProject {
  let root = "";
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "tutti-config-"));
    await mkdir(join(root, "project"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const dirs = () => ({ root, projectDir: join(root, "project"), home: join(root, "home") });
  const load = ({ env = {}, flags }: Extra = {}) =>
    loadConfig({ ...dirs(), env, ...(flags === undefined ? {} : { flags }) });
  return {
    dirs,
    load,
    inProject: (name, text) => write(join(dirs().projectDir, name), text),
    forUser: (name, text) => write(join(dirs().home, ".config", "tutti", name), text),
    failure: async (extra) => {
      const thrown: unknown = await load(extra).catch((error: unknown) => error);
      if (TuttiError.is(thrown)) return thrown;
      throw new Error("the settings were accepted, or refused with a foreign error", { cause: thrown });
    },
  };
}

async function write(file: string, text: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}
