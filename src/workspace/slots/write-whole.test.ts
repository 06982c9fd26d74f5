import { mkdtemp, open, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeWhole } from "./write-whole.ts";

it("never empties the file that is there: who has it open reads the old text", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tutti-whole-"));
  const file = join(folder, "HEAD");
  await writeWhole(file, "old");
  const reader = await open(file);
  await writeWhole(file, "new");

  expect(await reader.readFile("utf8")).toBe("old");
  expect(await readFile(file, "utf8")).toBe("new");
  expect(await readdir(folder)).toEqual(["HEAD"]);
  await reader.close();
  await rm(folder, { recursive: true });
});
