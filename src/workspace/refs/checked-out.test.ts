import { join } from "node:path";
import { expect, it } from "vitest";

import { scratchRepository } from "../../../test/support/scratch-repository.ts";
import { branchState } from "./checked-out.ts";

it("says where a branch stands and which checkout stands on it, whatever way git keeps it", async () => {
  await using scratch = await scratchRepository();
  const [repo, linked, ref] = [await scratch.open(), join(scratch.parent, "linked"), "refs/heads/tutti/job"];
  const [commit, free] = [repo.head, { commit: repo.head, checkout: undefined }];

  expect(await branchState(repo, ref)).toBeUndefined();
  await scratch.git(["branch", "tutti/job"]);
  expect(await branchState(repo, ref)).toEqual(free);
  await scratch.git(["pack-refs", "--all"]);
  expect(await branchState(repo, ref)).toEqual(free);

  await scratch.git(["switch", "--quiet", "tutti/job"]);
  expect(await branchState(repo, ref)).toEqual({ commit, checkout: scratch.root });
  await scratch.git(["switch", "--quiet", "--detach"]);
  expect(await branchState(repo, ref)).toEqual(free);

  await scratch.git(["worktree", "add", "--quiet", linked, "tutti/job"]);
  await scratch.git(["commit", "--quiet", "--allow-empty", "-m", "theirs"], linked);
  const theirs = await scratch.git(["rev-parse", "HEAD"], linked);
  expect(await branchState(repo, ref)).toEqual({ commit: theirs, checkout: linked });
  await scratch.git(["worktree", "remove", linked]);
  expect(await branchState(repo, ref)).toEqual({ commit: theirs, checkout: undefined });
});
