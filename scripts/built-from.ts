import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { writeWhole } from "./publish-build.ts";

const noted = (dist: string): string => join(dist, "builds", ".built-from");

/** What all that a build is made of comes to: sources, the build itself, and which packages are bundled. */
export async function sourcesDigest(root: string): Promise<string> {
  const found = await readdir(join(root, "src"), { recursive: true, withFileTypes: true });
  const sources = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const others = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
  const scripts = ["build", "bundle", "built-from", "publish-build", "third-party-notices"];
  const files = [
    ...sources,
    ...[...others, ...scripts.map((name) => `scripts/${name}.ts`)].map((name) => join(root, name)),
  ];
  const hash = createHash("sha256");
  for (const file of files.toSorted()) hash.update(`${file.slice(root.length)}\0`).update(await readFile(file));
  return hash.digest("hex");
}

/** @param home - the folder of the build, as `publishBuild` returns it */
export async function noteBuiltFrom(dist: string, home: string, digest: string): Promise<void> {
  await writeWhole(noted(dist), `${digest} ${basename(home)}\n`);
}

/** Whether the build that new processes get was made of what is there now. */
export async function isBuiltFromThese(root: string): Promise<boolean> {
  const dist = join(root, "dist");
  const lead = join(dist, "cli/main.js");
  if (!existsSync(noted(dist)) || !existsSync(lead)) return false;
  const [digest = "", id = ""] = (await readFile(noted(dist), "utf8")).trim().split(" ");
  const isPublished = (await readFile(lead, "utf8")).includes(`/builds/${id}/`) && existsSync(join(dist, "builds", id));
  return isPublished && digest === (await sourcesDigest(root));
}
