import picomatch from "picomatch";

/**
 * Which of the changed paths a task had no leave to touch. A glob names files from the repository's top folder; a folder's
 * name stands for everything in it. Dot files are matched like others.
 * @param globs - the task's footprint; none means anywhere
 */
export function outsideFootprint(changedPaths: readonly string[], globs: readonly string[]): readonly string[] {
  if (globs.length === 0) return [];
  const isInside = picomatch(globs.map(asFileGlob).flat(), { dot: true });
  return changedPaths.filter((path) => !isInside(path));
}

/** Files that decide what agents may do, of theirs or of ours (gates, rules, templates): a change to them needs a person. */
const protectedGlobs = [
  "**/.claude/**",
  "**/.mcp.json",
  "**/CLAUDE.md",
  "**/CLAUDE.local.md",
  ".tutti/**",
  "tutti.config.*",
];

/**
 * Which of the changed paths decide what agents may do. Upper and lower case are the same, as on some file systems.
 * @param globs - the project's own, besides the ones that are always protected
 */
export function protectedPaths(changedPaths: readonly string[], globs: readonly string[] = []): readonly string[] {
  const isProtected = picomatch([...protectedGlobs, ...globs], { dot: true, nocase: true });
  return changedPaths.filter((path) => isProtected(path));
}

/** Which of the paths a list of globs names; a folder's name stands for everything in it. */
export function matchingPaths(paths: readonly string[], globs: readonly string[]): readonly string[] {
  if (globs.length === 0) return [];
  const isNamed = picomatch(globs.map(asFileGlob).flat(), { dot: true });
  return paths.filter((path) => isNamed(path));
}

function asFileGlob(glob: string): readonly string[] {
  const clean = glob.replace(/^\.\//, "").replace(/\/$/, "");
  return [clean, `${clean}/**`];
}
