import fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { KnownOverlaps, pathsOverlap } from "./paths-overlap.ts";

const name = fc.constantFrom("a", "b", "ab", "src", "x.ts", "y.ts", ".env");
const path = fc.array(name, { minLength: 1, maxLength: 4 });

/** Ways to write a name so that a glob still matches it. */
const written = (text: string): readonly string[] => [
  text,
  "*",
  "**",
  `${text.slice(0, 1)}*`,
  `*${text.slice(-1)}`,
  "?".repeat(text.length),
  `{${text},other}`,
  `[${text.slice(0, 1)}]${text.slice(1)}`,
  `@(${text}|deep/er)`,
];

const globOf = (parts: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.tuple(...parts.map((part) => fc.constantFrom(...written(part)))), fc.nat({ max: parts.length - 1 }))
    .map(([all, cut]) => (cut === 0 ? all : all.slice(0, -cut)).join("/"));

const twoGlobs = path.chain((parts) => fc.tuple(globOf(parts), globOf(parts), fc.constant(parts.join("/"))));

describe("pathsOverlap", () => {
  it("never takes two globs for apart that a path matches both of", () => {
    fc.assert(
      fc.property(twoGlobs, ([one, other, file]) => {
        const matches = (text: string): boolean => picomatch([text, `${text}/**`], { dot: true })(file);
        fc.pre(matches(one) && matches(other));
        expect(pathsOverlap(one, other), `${one} and ${other} share ${file}`).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("does not depend on which of two is asked about", () => {
    fc.assert(fc.property(twoGlobs, ([one, other]) => pathsOverlap(one, other) === pathsOverlap(other, one)));
  });

  it.each([
    ["src/a.ts", "src/b.ts"],
    ["src/**", "test/**"],
    ["src/*.ts", "src/*.css"],
    ["src/a*.ts", "src/b*.ts"],
    ["src/*/index.ts", "src/a/other.ts"],
    ["docs", "docs2"],
    [`${"*a".repeat(40)}*b`, `${"a*".repeat(40)}c`],
  ])("%s and %s are apart", (one, other) => {
    expect(pathsOverlap(one, other)).toBe(false);
  });

  it.each([
    ["src/a.ts", "./src/a.ts"],
    ["src", "src/a.ts"],
    ["src/**", "src/deep/a.ts"],
    ["**/*.ts", "src/a.ts"],
    ["src/*", "src/a.ts"],
    ["**", "README.md"],
    ["src/a?.ts", "src/ab.ts"],
  ])("%s and %s overlap", (one, other) => {
    expect(pathsOverlap(one, other)).toBe(true);
  });

  it("gives the same answer when it is remembered", () => {
    const known = new KnownOverlaps();
    fc.assert(
      fc.property(twoGlobs, ([one, other]) => {
        expect(known.overlap(one, other)).toBe(pathsOverlap(one, other));
        expect(known.overlap(one, other)).toBe(pathsOverlap(one, other));
      }),
    );
  });
});
