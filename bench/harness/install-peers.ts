import { access, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";

const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) });
const folder = fileURLToPath(new URL("..", import.meta.url));

/** Installs the libraries that we are compared with, as the lock file says, unless they are there. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  const { dependencies } = Manifest.parse(JSON.parse(await readFile(`${folder}/package.json`, "utf8")));
  const isThere = (name: string) =>
    access(`${folder}/node_modules/${name}/package.json`).then(
      () => true,
      () => false,
    );
  if ((await Promise.all(Object.keys(dependencies).map(isThere))).every(Boolean)) return;
  say("Installing the peers: npm --prefix bench ci");
  await execa("npm", ["--prefix", folder, "ci"]);
}
