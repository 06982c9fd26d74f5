import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { importSpecifiers } from "./import-specifiers.ts";
import { layerMarkdown, layers, type Layer } from "./layer-table.ts";

/**
 * - `layers/import` the layer may not import that layer
 * - `layers/sibling` folders of this layer do not import one another
 * - `layers/package` the layer may not use that package
 * - `layers/outside` source that ships imports something that does not
 * - `layers/dynamic` an `import()` that can't be checked
 * - `layers/unknown` a part of `src/` that the table does not name
 */
export type LayerRule = `layers/${"import" | "sibling" | "package" | "outside" | "dynamic" | "unknown"}`;

export type LayerViolation = {
  /** Relative to the root, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly rule: LayerRule;
  readonly message: string;
};

/**
 * Checks every import below `<root>/src` against the layer table. Tests (`*.test.ts`) and what only they start
 * (`*.fixture.ts`) may import anything.
 */
export function checkLayers(root: string): readonly LayerViolation[] {
  return sourceFiles(root).flatMap((file) => checkFile(root, file));
}

function sourceFiles(root: string): readonly string[] {
  return readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|mts|tsx)$/.test(file) && !/\.(test|fixture)\.ts$/.test(file))
    .map((file) => `src/${file.split(sep).join("/")}`)
    .toSorted();
}

function checkFile(root: string, file: string): readonly LayerViolation[] {
  const from = layerOf(file);
  if (from === undefined) {
    const message = `${partOf(file)} is not in the layer table: add it to scripts/layer-table.ts`;
    return [{ file, line: 1, rule: "layers/unknown", message }];
  }
  return importSpecifiers(readFileSync(join(root, file), "utf8")).flatMap(({ specifier, line }) => {
    const problem = problemOf({ file, from }, specifier);
    return problem === undefined ? [] : [{ file, line, ...problem }];
  });
}

type Importer = { readonly file: string; readonly from: Layer };
type Problem = Pick<LayerViolation, "rule" | "message">;

function problemOf(importer: Importer, specifier: string | undefined): Problem | undefined {
  const { name, loadsPrograms, packages } = importer.from;
  if (specifier === undefined) {
    if (loadsPrograms === true) return undefined;
    return { rule: "layers/dynamic", message: `${name} may not import() what is known only at run time` };
  }
  if (specifier.startsWith(".")) return targetProblem(importer, specifier);
  if (specifier.startsWith("/") || specifier.startsWith("#") || specifier.startsWith("tutti")) {
    return { rule: "layers/outside", message: `${name} imports ${specifier}: use a relative path` };
  }
  if (
    packages === undefined ||
    packages.some((allowed) => specifier === allowed || specifier.startsWith(`${allowed}/`))
  ) {
    return undefined;
  }
  return { rule: "layers/package", message: `${name} may not use ${specifier}; allowed: ${packages.join(", ")}` };
}

function targetProblem({ file, from }: Importer, specifier: string): Problem | undefined {
  const target = posix.join(posix.dirname(file), specifier);
  if (target === "package.json") return undefined;
  if (!target.startsWith("src/")) {
    return { rule: "layers/outside", message: `${from.name} imports ${target}, which does not ship` };
  }
  if (partOf(target) === from.name) return siblingProblem({ file, from }, target);
  const allowed = from.mayImport;
  const isAllowed = [partOf(target), portOf(target), "*"].some((name) => allowed.includes(name));
  if (isAllowed) return undefined;
  const list = allowed.length === 0 ? "nothing" : allowed.join(", ");
  return { rule: "layers/import", message: `${from.name} may not import ${target}; allowed: ${list}` };
}

function siblingProblem({ file, from }: Importer, target: string): Problem | undefined {
  const [here, there] = [entryOf(file), entryOf(target)];
  if (from.isolated === undefined || here === there) return undefined;
  if (from.combining?.some((entry) => here === `${from.name}/${entry}`) === true) return undefined;
  const isShared = from.isolated === "folders" ? isTopFile(target) : /\/(port|index)$/.test(there);
  if (isShared) return undefined;
  return { rule: "layers/sibling", message: `${here} may not import ${there}: they are strangers to one another` };
}

const isTopFile = (file: string): boolean => file.split("/").length === 3;

/** `domain` of `src/domain/ids.ts`, `compose` of `src/compose.ts`. */
const partOf = (file: string): string => (file.split("/")[1] ?? "").replace(/\.tsx?$/, "");

/** `agents/port` of `src/agents/port.ts`. */
const portOf = (file: string): string => file.replace(/^src\//, "").replace(/\.ts$/, "");

/** `agents/fake` of `src/agents/fake/x/y.ts`, `patterns/review` of `src/patterns/review.ts`. */
const entryOf = (file: string): string => file.split("/").slice(1, 3).join("/").replace(/\.ts$/, "");

const layerOf = (file: string): Layer | undefined => layers.find(({ name }) => name === partOf(file));

function main(root: string): void {
  if (!existsSync(join(root, "src"))) throw new Error(`There is no src/ in ${root}`);
  const violations = checkLayers(root);
  for (const { file, line, rule, message } of violations) console.error(`${file}:${line}: ${message} [${rule}]`);
  if (violations.length > 0) process.exitCode = 1;
}

if (import.meta.main) {
  const [argument = "."] = process.argv.slice(2);
  if (argument === "--table") process.stdout.write(layerMarkdown());
  else main(argument);
}
