import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";

import { scratchRepository } from "../../../test/support/scratch-repository.ts";
import { memoryOutput } from "../memory-output.fixture.ts";
import { checkpointCreateCommand, checkpointListCommand } from "./checkpoint.ts";
import { checkpointRollbackCommand } from "./checkpoint-rollback.ts";

it("puts a person's own files back when they say so, keeps what was there, and never on a dry run", async () => {
  await using scratch = await scratchRepository();
  const env = { ...process.env, HOME: scratch.parent, XDG_STATE_HOME: join(scratch.parent, "state") };
  const cliWith = (output = memoryOutput({ isJson: true })) => ({ cwd: scratch.root, env, output });
  const [mine, draft] = [join(scratch.root, "a.txt"), join(scratch.root, "draft.txt")];
  await writeFile(mine, "then\n");
  await writeFile(draft, "a draft\n");
  const made = memoryOutput({ isJson: true });
  await checkpointCreateCommand(cliWith(made), undefined, { worktree: true });
  const { checkpoint } = JSON.parse(made.out()) as { readonly checkpoint: { readonly id: string } };
  await writeFile(mine, "now\n");
  await rm(draft);

  const refused = { code: "INPUT_INVALID", hint: expect.stringContaining("checkpoint diff") };
  for (const options of [{ dryRun: true }, { strategy: "selective", paths: ["draft.txt"] }] as const) {
    const back = checkpointRollbackCommand(cliWith(), checkpoint.id, { intoWorktree: true, ...options });
    await expect(back).rejects.toMatchObject(refused);
  }
  expect(await readFile(mine, "utf8")).toBe("now\n");

  const head = await scratch.git(["rev-parse", "HEAD"]);
  expect(await checkpointRollbackCommand(cliWith(), checkpoint.id, { intoWorktree: true })).toBe(0);
  expect([await readFile(mine, "utf8"), await readFile(draft, "utf8")]).toEqual(["then\n", "a draft\n"]);
  expect(await scratch.git(["rev-parse", "HEAD"])).toBe(head);
  const listed = memoryOutput({ isJson: true });
  await checkpointListCommand(cliWith(listed), undefined);
  expect(JSON.parse(listed.out())).toMatchObject({
    checkpoints: [{ kind: "worktree", name: `before going back to ${checkpoint.id}` }, { id: checkpoint.id }],
  });
});
