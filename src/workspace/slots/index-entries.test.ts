import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { scratchRepository, userGit } from "../../../test/support/scratch-repository.ts";
import { indexEntries } from "./index-entries.ts";

const sha1 = { objectFormat: "sha1" } as const;

it("tells apart what git stages, whatever the length of the names", async () => {
  await using scratch = await scratchRepository();
  const seen = new Map<string, string>();
  for (let length = 1; length <= 18; length += 1) {
    const name = "n".repeat(length);
    await userGit(scratch.root, ["mv", length === 1 ? "a.txt" : "n".repeat(length - 1), name]);
    const entries = indexEntries(await readFile(join(scratch.root, ".git/index")), sha1);
    const staged = entries?.staged.toString("latin1") ?? "";
    expect(staged.endsWith(`${name}\0`)).toBe(true);
    expect(seen.get(staged)).toBeUndefined();
    seen.set(staged, name);
  }
});

it("is in doubt about whatever is no whole index", async () => {
  await using scratch = await scratchRepository({ files: { "a.txt": "a\n", "sub/b.txt": "b\n", "sub/c.txt": "c\n" } });
  const index = await readFile(join(scratch.root, ".git/index"));
  expect(indexEntries(index, sha1)).toBeDefined();
  for (let length = 0; length < index.length; length += 1) {
    expect(indexEntries(index.subarray(0, length), sha1), `the first ${length} bytes`).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
      const broken = Buffer.concat([index.subarray(0, 12), noise, Buffer.alloc(20)]);
      expect(() => indexEntries(broken, sha1)).not.toThrow();
    }),
  );
});

it("is in doubt where an index remembers more than its files", async () => {
  await using scratch = await scratchRepository();
  const path = join(scratch.root, ".git/index");
  await userGit(scratch.root, ["checkout", "--quiet", "-b", "side"]);
  await scratch.commit({ "a.txt": "side\n" });
  await userGit(scratch.root, ["checkout", "--quiet", "main"]);
  await scratch.commit({ "a.txt": "main\n" });
  await userGit(scratch.root, ["merge", "--quiet", "side"]).catch(() => undefined);
  await userGit(scratch.root, ["checkout", "--ours", "a.txt"]);
  await userGit(scratch.root, ["add", "a.txt"]);
  expect((await readFile(path)).includes("REUC")).toBe(true);
  expect(indexEntries(await readFile(path), sha1)).toBeUndefined();
});
