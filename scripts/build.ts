/** Makes `dist/`: declarations by the compiler, which checks all types, and JavaScript by the bundler. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { bundle } from "./bundle.ts";
import { thirdPartyNotices } from "./third-party-notices.ts";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const dist = join(root, "dist");

const compiler = join(root, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });

const chunks = await bundle(root);
const notices = await thirdPartyNotices(chunks.flatMap(({ moduleIds }) => moduleIds));
await writeFile(join(dist, "third-party-notices.txt"), notices);

// What an earlier build left is removed last: a process that runs meanwhile still finds its files.
const written = new Set(chunks.flatMap(({ fileName }) => [fileName, `${fileName}.map`]));
const isStale = (file: string): boolean =>
  file.endsWith(".d.ts")
    ? !existsSync(join(root, "src", file.replace(/\.d\.ts$/, ".ts")))
    : /\.js(\.map)?$/.test(file) && !written.has(file);
const files = await readdir(dist, { recursive: true });
await Promise.all(files.filter(isStale).map(async (file) => rm(join(dist, file), { force: true })));
