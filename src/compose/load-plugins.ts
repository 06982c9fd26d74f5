import { resolve } from "node:path";

import { importProgram } from "../config/read/program-file.ts";
import { checkPlugins } from "../supervision/plugin/check-plugins.ts";
import type { TuttiPlugin } from "../supervision/plugin/plugin.ts";

/** @throws {TuttiError} `CONFIG_INVALID`, `PLUGIN_INVALID` */
export async function loadPlugins(files: readonly string[], projectDir: string): Promise<readonly TuttiPlugin[]> {
  const loaded = files.map(async (file) => {
    const { content } = await importProgram(resolve(projectDir, file), file);
    return { file, exported: content };
  });
  return checkPlugins(await Promise.all(loaded));
}
