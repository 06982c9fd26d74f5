import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { isBuiltFromThese, noteBuiltFrom, sourcesDigest } from "./built-from.ts";
import { publishBuild } from "./publish-build.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tutti-built-"));
  const settings = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
  const scripts = ["build", "bundle", "built-from", "publish-build", "third-party-notices"];
  await write(Object.fromEntries(settings.map((name) => [name, "{}"])));
  await write(Object.fromEntries(scripts.map((name) => [`scripts/${name}.ts`, "export {};\n"])));
  await write({ "src/cli/main.ts": "export const a = 1;\n" });
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

async function publish(program: string): Promise<string> {
  await write({ "new/cli/main.js": program });
  return publishBuild(join(root, "dist"), { folder: join(root, "new"), entries: ["cli/main"] });
}

describe("a build", () => {
  it("is that of these sources until one of them, a package or the way to build is another", async () => {
    expect(await isBuiltFromThese(root)).toBe(false);
    await noteBuiltFrom(join(root, "dist"), await publish("1"), await sourcesDigest(root));
    expect(await isBuiltFromThese(root)).toBe(true);

    for (const path of ["src/cli/main.ts", "src/more.ts", "package-lock.json", "scripts/bundle.ts"]) {
      await write({ [path]: "export const a = 2;\n" });
      expect([path, await isBuiltFromThese(root)]).toEqual([path, false]);
      await noteBuiltFrom(join(root, "dist"), await publish("1"), await sourcesDigest(root));
    }
    expect(await isBuiltFromThese(root)).toBe(true);
  });

  it("is none of these sources when another was published since, or it is gone", async () => {
    const home = await publish("1");
    const digest = await sourcesDigest(root);
    await noteBuiltFrom(join(root, "dist"), home, digest);
    const other = await publish("2");
    expect(await isBuiltFromThese(root)).toBe(false);

    await noteBuiltFrom(join(root, "dist"), other, digest);
    expect(await isBuiltFromThese(root)).toBe(true);
    await rm(other, { recursive: true });
    expect(await isBuiltFromThese(root)).toBe(false);
  });
});
