import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it } from "vitest";
import { job, scratchRepository, writeFiles } from "../../../../test/support/scratch-repository.ts";
import { RescueRoom } from "../../../orchestration/insight/rescue-room.ts";
import { rescueSlot, type Repository } from "../../../workspace/index.ts";
import { memoryOutput } from "../../memory-output.fixture.ts";
import { rescueList, rescueRestore } from "./rescue.ts";

const roomOf = (repo: Repository) => new RescueRoom({ repo });

it("lists rescued work and gives it back into a new folder", async () => {
  await using scratch = await scratchRepository();
  const rescues = roomOf(await scratch.open());
  const empty = memoryOutput();
  await rescueList({ rescues, output: empty });
  expect(empty.out()).toBe("Nothing had to be rescued.\n");

  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "found.txt": "precious\n" });
  const saved = await rescueSlot(slot, { jobId: job, reason: "the worker died" });
  const output = memoryOutput();
  await rescueList({ rescues, output, timeZone: "UTC" });
  const [, row = ""] = output.out().split("\n");
  const [, name = "", holds, why] = row.split(/ {2,}/);
  expect([holds, why]).toEqual(["files", "the worker died"]);
  expect(`refs/tutti/${name}`).toBe(saved?.ref);

  const target = await mkdtemp(join(tmpdir(), "tutti-cli-"));
  try {
    const request = { rescues, rescue: name, folder: "back", cwd: target };
    expect(await rescueRestore({ ...request, output: memoryOutput() })).toBe(0);
    expect(await readFile(join(target, "back", "found.txt"), "utf8")).toBe("precious\n");
    const again = rescueRestore({ ...request, output: memoryOutput() });
    await expect(again).rejects.toMatchObject({ code: "INPUT_INVALID" });
  } finally {
    await rm(target, { recursive: true });
  }
});

it("refuses a rescue that doesn't exist", async () => {
  await using scratch = await scratchRepository();
  const request = { rescues: roomOf(await scratch.open()), rescue: "x", folder: "y", cwd: tmpdir() };
  await expect(rescueRestore({ ...request, output: memoryOutput() })).rejects.toMatchObject({
    code: "INPUT_INVALID",
    hint: "See what there is: tutti rescue list",
  });
});
