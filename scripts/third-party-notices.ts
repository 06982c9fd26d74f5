import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/**
 * What the licences of bundled packages ask for: their names and texts.
 * @param modules - absolute paths of all that was bundled
 * @throws {Error} when a package has no licence text
 */
export async function thirdPartyNotices(modules: readonly string[]): Promise<string> {
  const folders = new Set(modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []));
  const notices = await Promise.all([...folders].map(async (folder) => noticeOf(folder)));
  const intro = "Parts of these packages are contained in the JavaScript files of this folder.\n";
  return [intro, ...notices.toSorted()].join(`\n${"-".repeat(80)}\n\n`);
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = manifest.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e([.-]\w+)?$/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled and has no licence text: leave it out of the bundle`);
  const text = await readFile(join(folder, file), "utf8");
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

const manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });
