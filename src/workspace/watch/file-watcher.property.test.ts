import * as fs from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FileChange } from "../../domain/watch/file-change.ts";
import type { FileWatcher } from "./file-watcher.ts";
import { hashOf, watchedTree } from "./watched-tree.fixture.ts";

const { root, at, write, watching, onDisk } = watchedTree();

const names = ["a", "b", "c", "d e", "é"] as const;
const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("write" as const), path, text: fc.constantFrom("1", "2", "33") }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("replace" as const), path, text: fc.constantFrom("1", "2", "33") }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), path }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("rename" as const), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("link" as const), path, to: path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("folder" as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("look" as const), path }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** What is impossible as things stand (a folder is in the way) is left out. */
async function carryOut(step: Operation, watcher?: FileWatcher): Promise<void> {
  try {
    if (step.do === "write") await write(step.path, step.text);
    if (step.do === "folder") await fs.mkdir(at(step.path), { recursive: true });
    if (step.do === "remove") await fs.rm(at(step.path), { recursive: true });
    if (step.do === "rename") await fs.rename(at(step.path), at(step.to));
    if (step.do === "link") await fs.symlink(step.to, at(step.path));
    if (step.do === "look") await watcher?.settle();
    if (step.do === "replace") {
      await write(`${step.path}.new`, step.text);
      await fs.rename(at(`${step.path}.new`), at(step.path));
    }
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown)) throw thrown;
  }
}

/** An event that doesn't fit what was there before it was invented. */
function replay(before: ReadonlyMap<string, string>, changes: readonly FileChange[]): Map<string, string> {
  const files = new Map([...before].map(([file, text]) => [file, hashOf(text)]));
  for (const { kind, path: file, hash } of changes) {
    expect(files.has(file), `${kind} ${file}`).toBe(kind !== "added");
    if (kind === "deleted") files.delete(file);
    else files.set(file, hash ?? "");
  }
  return files;
}

test.each(["directories", "recursive", "polling"] as const)(
  "whatever is done to a tree, by %s the last picture is what a fresh look finds, and every event really was one",
  async (mode) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 12 }),
        fc.array(operation, { maxLength: 30 }),
        async (first, then) => {
          await fs.rm(root(), { recursive: true, force: true });
          await fs.mkdir(root());
          for (const step of first) await carryOut(step);
          const before = await onDisk();
          const { watcher, changes } = await watching({ mode, debounceMs: 2 });
          for (const step of then) await carryOut(step, watcher);
          await watcher.settle();
          await watcher.reconcile();
          const after = new Map([...(await onDisk())].map(([file, text]) => [file, hashOf(text)]));
          expect(new Set(watcher.files().keys())).toEqual(new Set(after.keys()));
          expect(replay(before, changes)).toEqual(after);
          await watcher.close();
        },
      ),
      { numRuns: mode === "directories" ? 60 : 25 },
    );
  },
  60_000,
);
