/**
 * Says why a path in a plan can't be a path of the repository. Globs are judged by the same rules.
 * @returns a clause that follows the path in a sentence, or `undefined` when it is fine
 */
export function repositoryPathProblem(path: string): string | undefined {
  if (path.includes("\0")) return "holds a NUL character";
  if (/^([/\\~]|[A-Za-z]:)/.test(path)) return "is absolute; paths are relative to the repository's root";
  const parts = path.split(/[/\\]/);
  if (leavesRoot(parts)) return "leaves the repository";
  if (parts.some((part) => part.toLowerCase() === ".git")) return "lies inside .git";
  return undefined;
}

function leavesRoot(parts: readonly string[]): boolean {
  let depth = 0;
  for (const part of parts) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}
