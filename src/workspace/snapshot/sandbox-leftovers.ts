import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { ifAbsent } from "../slots/slot.ts";

/**
 * What a sandbox mounts over, so that the agent can't write it. Bubblewrap needs a file to mount on and leaves an empty one
 * behind. Source: the lists in Claude Code 2.1's sandbox, seen as untracked files after a sandboxed command.
 */
const mountedFiles = new Set([
  ".bash_profile",
  ".bashrc",
  ".gitconfig",
  ".gitmodules",
  ".mcp.json",
  ".profile",
  ".ripgreprc",
  ".zprofile",
  ".zshrc",
]);

const mountedFolders = [".claude/", ".idea/", ".vscode/"];

/** Whether a path, relative to the slot, is one that a sandbox is known to mount over. */
function mayBeLeftover(path: string): boolean {
  return mountedFiles.has(path) || mountedFolders.some((folder) => path.startsWith(folder));
}

/**
 * Untracked files that a sandbox left: known by name, and empty or no regular file. A file with content is work.
 * @param untracked - paths relative to `root`
 */
export async function findSandboxLeftovers(root: string, untracked: readonly string[]): Promise<readonly string[]> {
  const leftovers: string[] = [];
  for (const path of untracked.filter(mayBeLeftover)) {
    const found = await lstat(join(root, path)).catch(ifAbsent);
    if (found === undefined || found.isSymbolicLink() || found.isDirectory()) continue;
    if (!found.isFile() || found.size === 0) leftovers.push(path);
  }
  return leftovers;
}
