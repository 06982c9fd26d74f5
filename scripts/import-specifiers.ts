/** One mention of another module in a source file. */
export type ImportSpecifier = {
  /** `undefined` = an `import()` of something that only the running program knows. */
  readonly specifier: string | undefined;
  /** 1-based. */
  readonly line: number;
};

/** `import … from "x"`, `export … from "x"`, `import "x"`: by value or type, over several lines. */
const declaration = /^[ \t]*(?:import|export)\b(?:[^"'`;()=]*?\bfrom\s*|\s*)(["'])([^"'\n]+)\1/gm;

/** `import("x")` by value or as a type, `require("x")`; the second group stays empty when the argument is no literal. */
const call = /\b(?:import|require(?:\.resolve)?)\s*\(\s*(?:(["'`])([^"'`\n$]+)\1\s*[,)])?/g;

/**
 * Finds every import of a formatted TypeScript source without a parser: no dependency, and a syntax that is too new for
 * TypeScript can't hide one. Comments are left out. A string that looks like an import counts as one.
 */
export function importSpecifiers(source: string): readonly ImportSpecifier[] {
  const code = withoutComments(source);
  const found = [declaration, call].flatMap((pattern) => [...code.matchAll(pattern)]);
  return found
    .toSorted((a, b) => a.index - b.index)
    .map((match) => ({ specifier: match[2], line: lineAt(code, match.index + match[0].search(/\S/)) }));
}

/** Blanks comments and keeps every line where it was. */
function withoutComments(source: string): string {
  return source.replaceAll(/^[ \t]*\/\*[\s\S]*?\*\/|(?<=^|[ \t;{}(,])\/\/[^\n]*/gm, (comment) =>
    comment.replaceAll(/[^\n]/g, " "),
  );
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;
