/** Makes `dist/`: declarations by the compiler, which checks all types, and JavaScript by the bundler. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { noteBuiltFrom, sourcesDigest } from "./built-from.ts";
import { bundle, publicEntries } from "./bundle.ts";
import { publishBuild, writeWhole } from "./publish-build.ts";
import { thirdPartyNotices } from "./third-party-notices.ts";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const dist = join(root, "dist");
const [types, programs] = [join(dist, "builds", `.${randomUUID()}`), join(dist, "builds", `.${randomUUID()}`)];
// Also of a build that fails nothing stays.
process.on("exit", () => [types, programs].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

// As it is before: what is changed meanwhile may have come too late.
const digest = await sourcesDigest(root);
const compiler = join(root, "node_modules/typescript/bin/tsc");
const compile = [compiler, "-p", "tsconfig.build.json", "--outDir", types];
execFileSync(process.execPath, compile, { cwd: root, stdio: "inherit" });

const chunks = await bundle(root, programs);
const notices = await thirdPartyNotices(chunks.flatMap(({ moduleIds }) => moduleIds));
await moveFiles(types, dist);
await writeWhole(join(dist, "third-party-notices.txt"), notices);
const home = await publishBuild(dist, { folder: programs, entries: publicEntries });
await noteBuiltFrom(dist, home, digest);
await removeStale();

/** One by one: whoever reads meanwhile finds each of them whole. */
async function moveFiles(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  for (const { name, parentPath } of entries.filter((entry) => entry.isFile())) {
    const target = join(to, parentPath.slice(from.length), name);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(parentPath, name), target);
  }
}

/** What was declared by sources that are gone, and programs from before builds had folders of their own. */
async function removeStale(): Promise<void> {
  const isStale = (file: string): boolean =>
    file.endsWith(".d.ts")
      ? !existsSync(join(root, "src", file.replace(/\.d\.ts$/, ".ts")))
      : /\.js(\.map)?$/.test(file) && !publicEntries.includes(file.replace(/\.js$/, ""));
  const files = (await readdir(dist, { recursive: true })).filter((file) => !/^builds(\/|$)/.test(file));
  await Promise.all(files.filter(isStale).map(async (file) => rm(join(dist, file), { force: true })));
}
