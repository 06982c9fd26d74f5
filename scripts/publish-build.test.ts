import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { publishBuild } from "./publish-build.ts";

let root: string;
let dist: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tutti-build-"));
  dist = join(root, "dist");
  await writeFile(
    join(root, "package.json"),
    '{ "name": "built", "version": "1.0.0", "type": "module", "files": ["dist"] }',
  );
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** A program that loads a part of itself when a line comes in, and says which build both are of. */
async function publish(version: string): Promise<string> {
  const folder = join(root, `new-${version}-${crypto.randomUUID()}`);
  await mkdir(join(folder, "cli"), { recursive: true });
  await mkdir(join(folder, "chunks"));
  await writeFile(join(folder, "index.js"), `export const version = "${version}";\n`);
  await writeFile(
    join(folder, "chunks/later.js"),
    `export { version as later } from "../index.js";\nexport const own = "${version}";\n`,
  );
  const program = [
    'import { version } from "../index.js";',
    'process.stdout.write("started ");',
    "for await (const _line of process.stdin) break;",
    'const { later, own } = await import("../chunks/later.js");',
    "process.stdout.write([version, later, own].join());",
  ];
  await writeFile(join(folder, "cli/main.js"), program.join("\n"));
  return publishBuild(dist, { folder, entries: ["index", "cli/main"] });
}

function start(): { readonly started: Promise<unknown>; readonly said: () => Promise<string> } {
  const child = spawn(process.execPath, [join(dist, "cli/main.js")], { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, "close");
  const said = async (): Promise<string> => {
    child.stdin.end("go on\n");
    await ended;
    return text;
  };
  return { started: once(child.stdout, "data"), said };
}

const builds = async (): Promise<readonly string[]> => readdir(join(dist, "builds"));

describe("a build that is published", () => {
  it("leaves a running process the files that it was started from, those too that it loads later", async () => {
    await publish("1");
    const running = start();
    await running.started;
    await publish("2");
    expect(await running.said()).toBe("started 1,1,1");
    expect(await start().said()).toBe("started 2,2,2");
  });

  it("is one build at all entries after many were published at once, and each process has parts of one only", async () => {
    await publish("0");
    const processes: ReturnType<typeof start>[] = [];
    const publishing = Promise.all(["1", "2", "3", "2", "1"].map(async (version) => publish(version)));
    for (let count = 0; count < 3; count += 1) processes.push(start());
    await publishing;
    for (const { said } of processes) expect(await said()).toMatch(/^started (\d),\1,\1$/);
    const { version } = (await import(join(dist, "index.js"))) as { version: string };
    expect(await start().said()).toBe(`started ${version},${version},${version}`);
    expect(await builds()).toHaveLength(4);
  });

  it("is kept for a day after it was replaced, and what a killed build left as long", async () => {
    const [first, second] = [await publish("1"), await publish("2")];
    await mkdir(join(dist, "builds/.left"));
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    for (const folder of [first, second, join(dist, "builds/.left")]) await utimes(folder, twoDaysAgo, twoDaysAgo);
    const third = await publish("3");
    expect([first, second, third].map((folder) => existsSync(folder))).toEqual([false, true, true]);
    expect(await builds()).toHaveLength(2);
  });

  it("is the only one in a package", async () => {
    await publish("1");
    const current = await publish("2");
    const options = ["pack", "--dry-run", "--ignore-scripts", "--json"];
    const { stdout } = await promisify(execFile)("npm", options, { cwd: root });
    const paths = [...stdout.matchAll(/"path": "(dist[^"]*)"/g)].map(([, path]) => path);
    const own = ["chunks/later.js", "cli/main.js", "index.js"].map(
      (file) => `${current.slice(root.length + 1)}/${file}`,
    );
    expect(new Set(paths)).toEqual(new Set([...own, "dist/cli/main.js", "dist/index.js"]));
  });
});
