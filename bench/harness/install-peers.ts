import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** Installs the libraries that we are compared with, as the lock file says, unless they are there. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  const isInstalled = await access(`${folder}/node_modules/.package-lock.json`).then(
    () => true,
    () => false,
  );
  if (isInstalled) return;
  say("Installing the peers: npm --prefix bench ci");
  await execa("npm", ["--prefix", folder, "ci"]);
}
