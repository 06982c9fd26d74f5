import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test, vi } from "vitest";
import type { WatchMode } from "./file-watcher.ts";
import { hashOf, said, visible, watchedTree } from "./watched-tree.fixture.ts";

const { root, at, write, watching } = watchedTree();

const bothModes: readonly WatchMode[] = ["directories", "recursive"];

describe.each(bothModes)("a tree watched by %s", (mode) => {
  test("a file that is made, written to and removed is reported once each time, with size and hash", async () => {
    const { watcher, changes } = await watching({ mode });
    await write("a.txt", "one");
    await watcher.settle();
    await write("a.txt", "two!");
    await watcher.settle();
    await fs.rm(at("a.txt"));
    await watcher.settle();
    expect(changes).toMatchObject([
      { kind: "added", path: "a.txt", size: 3, hash: hashOf("one") },
      { kind: "modified", path: "a.txt", size: 4, hash: hashOf("two!") },
      { kind: "deleted", path: "a.txt", size: null, hash: null },
    ]);
  });

  test("a file in folders that are made with it in one go is not lost", async () => {
    const { watcher, changes } = await watching({ mode });
    await promisify(execFile)("sh", ["-c", "mkdir -p a/b/c && echo z > a/b/c/z.ts"], { cwd: root() });
    await watcher.settle();
    await write("a/b/c/later.ts", "later");
    await watcher.settle();
    expect(said(changes)).toEqual(["added a/b/c/later.ts", "added a/b/c/z.ts"]);
  });

  test("a folder that is renamed is the deletion and the addition of its files, and is watched at its new place", async () => {
    await write("old/deep/a.txt", "a");
    const { watcher, changes } = await watching({ mode });
    await fs.rename(at("old"), at("new"));
    await watcher.settle();
    expect(said(changes)).toEqual(["added new/deep/a.txt", "deleted old/deep/a.txt"]);
    await write("new/deep/a.txt", "b");
    await watcher.settle();
    expect(said(changes).at(-1)).toBe("modified new/deep/a.txt");
    expect(visible(watcher)).toEqual(["new/deep/a.txt"]);
  });

  test("a file that is replaced by another one under its name is modified", async () => {
    await write("a.txt", "old");
    const { watcher, changes } = await watching({ mode });
    await write("a.tmp", "new");
    await fs.rename(at("a.tmp"), at("a.txt"));
    await watcher.settle();
    // On a loaded machine the other one is seen under its own name first.
    expect(said(changes).filter((change) => !change.endsWith(" a.tmp"))).toEqual(["modified a.txt"]);
  });

  const count = mode === "directories" ? 2_000 : 200;
  test(`every one of ${count} files that are written at once is seen`, async () => {
    const { watcher, changes } = await watching({ mode });
    const names = Array.from({ length: count }, (_, index) => `d${index % 40}/f${index}.txt`);
    for (const name of names) {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), name);
    }
    await watcher.settle();
    await watcher.reconcile();
    // Between its making and its content it may have been looked at.
    const added = changes.filter(({ kind }) => kind === "added");
    expect(added.map(({ path }) => path).toSorted()).toEqual(names.toSorted());
    const last = new Map(changes.map(({ path, hash }) => [path, hash]));
    expect(names.filter((name) => last.get(name) !== hashOf(name))).toEqual([]);
  });

  test("a root that goes away is the deletion of its files; when it comes back its files are added", async () => {
    await write("a/b.txt", "b");
    const { watcher, changes } = await watching({ mode, pollMs: 20 });
    await fs.rm(root(), { recursive: true });
    await vi.waitFor(() => expect(said(changes)).toEqual(["deleted a/b.txt"]), 30_000);
    await write("c.txt", "c");
    await vi.waitFor(() => expect(said(changes)).toEqual(["added c.txt", "deleted a/b.txt"]), 30_000);
    await write("c.txt", "changed");
    await watcher.settle();
    await vi.waitFor(() => expect(said(changes)).toContain("modified c.txt"), 30_000);
  });
});

describe("what is left out", () => {
  test("ignored folders are neither entered nor watched, and .git never", async () => {
    await write(".gitignore", "node_modules/\n*.log\n");
    for (const path of ["node_modules/x/y/z.js", ".git/objects/ab/c", "src/a.ts"]) await write(path, "x");
    const { watcher, changes } = await watching({ mode: "directories" });
    expect(watcher.watchCount).toBe(2);
    for (const path of ["node_modules/x/y/new.js", ".git/HEAD", "src/b.log", "b.log", "src/b.ts"])
      await write(path, "y");
    await watcher.settle();
    expect(said(changes)).toEqual(["added src/b.ts"]);
    expect(visible(watcher)).toEqual([".gitignore", "src/a.ts", "src/b.ts"]);
  });

  test("a nested .gitignore counts below its folder, and can take back what one above says", async () => {
    await write(".gitignore", "build/\n*.tmp\n");
    await write("keep/.gitignore", "!build/\n/own.txt\n");
    for (const path of ["build/a", "keep/build/a", "keep/own.txt", "keep/in/own.txt", "keep/x.tmp"])
      await write(path, "x");
    const { watcher } = await watching();
    expect(visible(watcher)).toEqual([".gitignore", "keep/.gitignore", "keep/build/a", "keep/in/own.txt"]);
  });

  test("when a .gitignore changes, what comes into sight is added and what goes out of sight is not deleted", async () => {
    await write(".gitignore", "out/\n*.log\n");
    for (const path of ["out/a", "b.log", "src/c", "src/d.log"]) await write(path, "x");
    const { watcher, changes } = await watching();
    await write(".gitignore", "src/\n");
    await watcher.settle();
    expect(said(changes)).toEqual(["added b.log", "added out/a", "modified .gitignore"]);
    expect(visible(watcher)).toEqual([".gitignore", "b.log", "out/a"]);
    await fs.rm(at(".gitignore"));
    await watcher.settle();
    expect(visible(watcher)).toEqual(["b.log", "out/a", "src/c", "src/d.log"]);
  });

  test("symbolic links are files of their own: their targets are not followed", async () => {
    const outside = await fs.mkdtemp(join(tmpdir(), "tutti-outside-"));
    await fs.writeFile(join(outside, "secret"), "x");
    const { watcher, changes } = await watching();
    await fs.symlink(outside, at("link"));
    await watcher.settle();
    await fs.writeFile(join(outside, "more"), "x");
    await watcher.settle();
    expect(said(changes)).toEqual(["added link"]);
    expect(changes[0]?.hash).toBe(hashOf(outside));
    await fs.rm(outside, { recursive: true });
  });

  test("a .gitignore that is a pipe or a link is none, as for git, and nobody waits for it", async () => {
    await promisify(execFile)("mkfifo", [at(".gitignore")]);
    await write("src/a.txt", "a");
    await fs.symlink("/dev/zero", at("src/.gitignore"));
    const { watcher } = await watching();
    expect(visible(watcher)).toEqual(["src/.gitignore", "src/a.txt"]);
  });

  test("a pipe is no file", async () => {
    const { watcher, changes } = await watching();
    await promisify(execFile)("mkfifo", [at("pipe")]);
    await write("a.txt", "a");
    await watcher.settle();
    expect(said(changes)).toEqual(["added a.txt"]);
  });
});

describe("what is no change", () => {
  test("a file that is written again with what it held is reported once", async () => {
    const { watcher, changes } = await watching();
    await write("a.txt", "same");
    await watcher.settle();
    await write("a.txt", "same");
    await fs.utimes(at("a.txt"), 1, 1);
    await watcher.settle();
    expect(said(changes)).toEqual(["added a.txt"]);
  });

  test("a file that is made and removed between two reports is none", async () => {
    const { watcher, changes } = await watching({ debounceMs: 1_000 });
    await write("a.txt", "a");
    await fs.rm(at("a.txt"));
    await watcher.settle();
    expect(changes).toEqual([]);
  });

  test("a file that becomes executable has changed", async () => {
    await write("run.sh", "x");
    const { watcher, changes } = await watching();
    await fs.chmod(at("run.sh"), 0o755);
    await watcher.settle();
    expect(said(changes)).toEqual(["modified run.sh"]);
  });
});

test("a write that leaves size and times as they were is seen by its content", async () => {
  await write("a.txt", "1");
  const { watcher, changes } = await watching();
  for (let value = 2; value < 8; value += 1) {
    await write("a.txt", String(value));
    await watcher.settle();
  }
  expect(changes.map(({ hash }) => hash)).toEqual(["2", "3", "4", "5", "6", "7"].map((text) => hashOf(text)));
});

test("what changed after a given moment is reported although it stood there when the watching began", async () => {
  await write("old.txt", "old");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const since = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await write("young.txt", "young");
  const { changes } = await watching({ since });
  expect(said(changes)).toEqual(["added young.txt"]);
});

test("a file beyond the limit is reported without a hash, one that is read in pieces with it", async () => {
  const { watcher, changes } = await watching({ maxHashBytes: 3_000_000 });
  const large = "x".repeat(2_500_000);
  await write("large", large);
  await write("huge", "y".repeat(3_000_001));
  await watcher.settle();
  const hashes = new Map(changes.map(({ path, hash }) => [path, hash]));
  expect(hashes.get("large")).toBe(hashOf(large));
  expect(hashes.get("huge")).toBeNull();
});

describe("without watches", () => {
  test("polling finds the same changes", async () => {
    await write("a/b.txt", "b");
    const { watcher, changes } = await watching({ mode: "polling", pollMs: 10 });
    await write("a/b.txt", "changed");
    await write("c/d.txt", "d");
    await vi.waitFor(() => expect(said(changes)).toEqual(["added c/d.txt", "modified a/b.txt"]), 30_000);
    expect(watcher.watchCount).toBe(0);
  });

  test("when the system has no more to give, it is said and the tree is polled", async () => {
    const script = `
      import fs from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      const real = fs.watch;
      let given = 0;
      fs.watch = (...args) => {
        given += 1;
        if (given <= 2) return real(...args);
        throw Object.assign(new Error("limit"), { code: "ENOSPC" });
      };
      syncBuiltinESMExports();
      const { watchFiles } = await import(${JSON.stringify(join(import.meta.dirname, "file-watcher.ts"))});
      const root = ${JSON.stringify(root())};
      const trouble = [];
      const seen = new Promise((resolve) => {
        const watcher = watchFiles({ root, mode: "directories", pollMs: 10, onTrouble: (t) => trouble.push(t), onChanges: resolve });
        watcher.ready.then(() => fs.writeFileSync(root + "/c/new.txt", "new"));
        setInterval(() => {}, 1000);
      });
      const changes = await seen;
      console.log(JSON.stringify({ trouble, paths: changes.map((c) => c.path) }));
      process.exit(0);
    `;
    for (const path of ["a/1", "b/1", "c/1"]) await write(path, "x");
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    const { trouble, paths } = JSON.parse(stdout);
    expect(trouble).toEqual([expect.stringContaining("no more file watches to give (ENOSPC)")]);
    expect(paths).toEqual(["c/new.txt"]);
  });
});

test("a watcher alone does not keep its process alive", async () => {
  await write("a/b.txt", "b");
  const script = `
    const { watchFiles } = await import(${JSON.stringify(join(import.meta.dirname, "file-watcher.ts"))});
    await watchFiles({ root: ${JSON.stringify(root())}, onChanges: () => {} }).ready;
    console.log("ready");
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  expect(stdout).toBe("ready\n");
});
