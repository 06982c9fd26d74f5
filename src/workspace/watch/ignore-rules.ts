import ignore, { type Ignore } from "ignore";

/** Which paths below a folder are left out, as git's `.gitignore` files say it. */
export class IgnoreRules {
  readonly #patterns: readonly string[];
  #matcher: Ignore | undefined;

  /** @param patterns - in the syntax of a `.gitignore` in the top folder; the last that matches decides */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns;
  }

  /** @param path - relative to the top folder; no folder above it is ignored */
  ignores(path: string, isDirectory: boolean): boolean {
    if (path === ".git" || path.endsWith("/.git")) return true;
    this.#matcher ??= ignore({ ignorecase: false, allowRelativePaths: true }).add([...this.#patterns]);
    return this.#matcher.test(isDirectory ? `${path}/` : path).ignored;
  }

  /** With those of a folder's own `.gitignore`, which go before all others there. */
  within(folder: string, gitignore: string): IgnoreRules {
    const own = gitignore.split(/\r?\n/).flatMap((line) => anchored(folder, line));
    return own.length === 0 ? this : new IgnoreRules([...this.#patterns, ...own]);
  }
}

/** A line of a nested `.gitignore` as it would stand in the top one. */
function anchored(folder: string, line: string): readonly string[] {
  if (line.trim() === "" || line.startsWith("#")) return [];
  if (folder === "") return [line];
  const isNegative = line.startsWith("!");
  const pattern = isNegative ? line.slice(1) : line;
  const isAnchored = pattern.replace(/\/\s*$/, "").includes("/");
  const inner = isAnchored ? pattern.replace(/^\//, "") : `**/${pattern}`;
  return [`${isNegative ? "!" : ""}/${literally(folder)}/${inner}`];
}

const literally = (folder: string): string => folder.replaceAll(/[\\*?[\]!# ]/g, String.raw`\$&`);
