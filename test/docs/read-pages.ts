import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

export type CodeBlock = {
  readonly page: string;
  /** Of the opening fence, 1-based. */
  readonly line: number;
  /** The word after the fence: `yaml`. */
  readonly language: string;
  /** The rest of the fence's line: `config`. */
  readonly marker: string;
  readonly code: string;
};

export type Page = {
  /** Relative to the root. */
  readonly path: string;
  readonly text: string;
  /** The text without its code blocks, line by line as in the file. */
  readonly prose: string;
  readonly blocks: readonly CodeBlock[];
};

const fence = /^```([a-z]*)[ ]?([^\n]*)\n([\s\S]*?)^```$/gm;

/** Everything written for people: the pages at the root, all of `docs/` and `examples/`. */
export function readPages(): readonly Page[] {
  const paths = ["*.md", "docs/**/*.md", "examples/**/*.md"].flatMap((glob) => globSync(glob, { cwd: projectRoot }));
  return paths.toSorted().map(readPage);
}

export function readPage(path: string): Page {
  const text = readFileSync(join(projectRoot, path), "utf8");
  const blocks = [...text.matchAll(fence)].map(({ index, 1: language = "", 2: marker = "", 3: code = "" }) => ({
    page: path,
    line: lineAt(text, index),
    language,
    marker,
    code,
  }));
  const prose = text.replaceAll(fence, (block) => block.replaceAll(/[^\n]/g, ""));
  return { path, text, prose, blocks };
}

export const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;

/** Every heading as the part of a link after `#`, as GitHub makes it. */
export function anchorsOf({ prose }: Page): readonly string[] {
  return [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

export type InlineCode = { readonly page: string; readonly line: number; readonly code: string };

export function inlineCodeOf({ path, prose }: Page): readonly InlineCode[] {
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(({ index, 1: code = "" }) => ({
    page: path,
    line: lineAt(prose, index),
    code,
  }));
}
