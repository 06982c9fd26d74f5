/** Folders that tools fill and can fill again. They count as such only where an ignore rule names them too. */
const regenerable = new Set([
  ".cache",
  ".gradle",
  ".mypy_cache",
  ".next",
  ".nuxt",
  ".parcel-cache",
  ".pytest_cache",
  ".ruff_cache",
  ".tox",
  ".turbo",
  ".venv",
  "__pycache__",
  "build",
  "coverage",
  "dist",
  "node_modules",
  "out",
  "target",
  "venv",
]);

/** Whether a path lies in (or is) a folder that a tool makes. */
export function isRegenerable(path: string): boolean {
  return path
    .split("/")
    .slice(0, -1)
    .some((folder) => regenerable.has(folder));
}
