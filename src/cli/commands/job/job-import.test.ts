import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, it } from "vitest";

import { scratchRepository } from "../../../../test/support/scratch-repository.ts";
import { asCommitId, asJobId } from "../../../domain/ids.ts";
import { jobFileOf } from "../../../domain/plan/job-file.ts";
import { memoryOutput } from "../../memory-output.fixture.ts";
import { jobImportCommand } from "./job-import.ts";

const exported = {
  ...{ id: asJobId("own-3f2a"), goal: "own", status: "completed" as const, branch: "tutti/own-3f2a", createdAt: 0 },
  baseCommit: asCommitId("0".repeat(40)),
};

it("of a workflow's job where its code is not says what to do about that, and of a file that is not there that it is not", async () => {
  await using scratch = await scratchRepository();
  const env = { ...process.env, HOME: scratch.parent, XDG_STATE_HOME: join(scratch.parent, "state") };
  const importing = (path: string) => jobImportCommand({ cwd: scratch.root, env, output: memoryOutput() }, path, {});
  const importJobOf = async (ref: string): Promise<number> => {
    const file = jobFileOf(exported, [], { ref, name: "own", version: "v1", input: {} });
    await writeFile(join(scratch.parent, "job.json"), JSON.stringify(file));
    return importing("../job.json");
  };

  for (const [ref, message] of [
    ["own", "../job.json: There is no workflow own"],
    ["./flows/own.ts", "../job.json: There is no file flows/own.ts"],
  ] as const) {
    await expect(importJobOf(ref)).rejects.toMatchObject({
      code: "WORKFLOW_UNKNOWN",
      message,
      hint: "The file holds no code: copy that of the exported job's project here, then import again",
    });
  }
  await expect(importJobOf("program:own")).rejects.toMatchObject({
    hint: expect.stringContaining("Only that program can begin it"),
  });
  await expect(importing("nowhere.json")).rejects.toMatchObject({
    code: "INPUT_INVALID",
    message: `There is no file ${join(scratch.root, "nowhere.json")}`,
    hint: expect.stringContaining("tutti job export"),
  });
});
