import { posix, relative } from "node:path";
import { rolldown, type ExternalOption, type OutputChunk, type Plugin } from "rolldown";

import manifest from "../package.json" with { type: "json" };

/** What others start or import by its path below `dist/`. */
export const publicEntries = ["index", "testing/index", "simulator/index", "cli/main"];

/** What is started or imported by its path; all other modules become chunks that these share. */
const entries = [...publicEntries, "agents/fake/fake-process"];

/**
 * Packages that nearly every process loads at its start. Others are loaded when they are needed, are peers, or are native. A package of
 * this list stays a dependency: the declarations name its types, and a user's `zod` is the installed one.
 */
const bundledPackages: ReadonlySet<string> = new Set([
  "commander",
  "execa",
  "ignore",
  "kysely",
  "picomatch",
  "pino",
  "yaml",
  "zod",
]);

/**
 * Writes the programs and the library of `<root>/src` into a folder. One graph for both: a process has one copy of each module,
 * whether its program or a user's file asks for it. What is imported lazily stays in files of its own.
 */
export async function bundle(root: string, folder: string): Promise<readonly OutputChunk[]> {
  const source = posix.join(root, "src");
  await using build = await rolldown({
    cwd: root,
    platform: "node",
    input: Object.fromEntries(entries.map((name) => [name, posix.join(source, `${name}.ts`)])),
    external: isExternal,
    plugins: [ownAddresses(source)],
    transform: { target: "node24" },
    checks: { bundlerTimings: false },
    onLog: (level, { message }) => {
      if (level === "warn") throw new Error(`the bundler warns: ${message}`);
    },
  });
  const { output } = await build.write({
    dir: folder,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
    sourcemap: true,
  });
  const chunks = output.filter((file) => file.type === "chunk");
  refuseUninstalled(chunks);
  return chunks;
}

/**
 * Peers and what only we have may be imported where they are used, but not by merely loading a file.
 * @throws {Error} naming the chunk and the package
 */
function refuseUninstalled(chunks: readonly OutputChunk[]): void {
  const own = new Set(chunks.map(({ fileName }) => fileName));
  for (const { fileName, imports } of chunks) {
    const others = imports.filter((id) => !own.has(id) && !id.startsWith("node:")).map(packageOf);
    const missing = others.find((name) => !(name in manifest.dependencies));
    if (missing === undefined) continue;
    throw new Error(`${fileName} imports ${missing}, which is no dependency: import() it where it is used`);
  }
}

/** What a bundled package imports is bundled with it. */
const isExternal: ExternalOption = (id, importer) => {
  if (id.startsWith(".") || id.startsWith("/")) return false;
  if (id.startsWith("node:")) return true;
  if (importer?.includes("/node_modules/") === true) return false;
  return !bundledPackages.has(packageOf(id));
};

const packageOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;

const placeholder = "__addressOfModule";

/**
 * Our modules look for one another by `import.meta.url`. Each keeps the address that it has without a bundle, the build's folder in
 * place of `src/`, whichever chunk it is in.
 */
const ownAddresses = (source: string): Plugin => ({
  name: "own-addresses",
  transform: (code, id) => {
    if (!id.startsWith(`${source}/`) || !code.includes("import.meta.url")) return null;
    const built = relative(source, id).replace(/\.ts$/, ".js");
    return { code: code.replaceAll("import.meta.url", `${placeholder}(${JSON.stringify(built)})`), map: null };
  },
  renderChunk: (code, { fileName }) => {
    if (!code.includes(placeholder)) return null;
    const from = posix.dirname(fileName);
    const address = (_call: string, built: string): string =>
      `new URL(${JSON.stringify(posix.relative(from, built))}, import.meta.url).href`;
    return { code: code.replaceAll(new RegExp(`${placeholder}\\("([^"]+)"\\)`, "g"), address), map: null };
  },
});
