import { expect, it } from "vitest";
import { asAttemptId, asTaskId } from "../../domain/ids.ts";
import { job, scratchRepository, writeFiles } from "../../../test/support/scratch-repository.ts";
import { commitTree } from "../git/commit-tree.ts";
import { withTrailers } from "../git/trailers.ts";
import { mergedTasks } from "../integrate/merged-tasks.ts";
import { listAttemptRefs, listJobTips } from "../refs/attempt-refs.ts";
import { attemptRef, jobTipRef } from "../refs/ref-names.ts";
import { readRef, updateRef } from "../refs/update-ref.ts";
import { home } from "../repository/repository.ts";
import { snapshot } from "../snapshot/snapshot.ts";
import { listRescues } from "./list-rescues.ts";
import { restoreRescue } from "./restore-rescue.ts";
import { setAttemptAside } from "./set-attempt-aside.ts";

const attemptId = asAttemptId(`${job}/a.b/1`);

it("keeps a snapshot as a rescue that can be restored, and gives its name free; twice is once", async () => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s");
  const { repo } = slot;
  await writeFiles(slot.path, { "made.txt": "made\n" });
  const ref = attemptRef(job, attemptId);
  const { commit } = await snapshot(slot, { ref, parent: repo.head, message: "work" });

  const [known] = await listAttemptRefs(repo, job);
  expect(known).toEqual({ ref, attemptId, commit });
  const kept = await setAttemptAside(repo, job, { ref, attemptId, commit, reason: "found in git" });
  expect(await readRef(repo, ref)).toBeUndefined();
  expect(await listRescues(repo)).toMatchObject([{ ref: kept, jobId: job, reason: "found in git" }]);

  await updateRef(repo, { ref, to: commit, from: undefined });
  expect(await setAttemptAside(repo, job, { ref, attemptId, commit, reason: "found in git" })).toBe(kept);
  expect(await listRescues(repo)).toHaveLength(1);
  const { keptCommits } = await restoreRescue(repo, kept, { directory: `${slot.path}-restored` });
  expect(keptCommits.map((one) => one.commit)).toEqual([commit]);
});

it("reads from a job's tip which tasks were merged, the oldest first, and passes over what somebody else committed", async () => {
  await using scratch = await scratchRepository();
  const { repo } = await scratch.slot("s");
  const base = repo.head;
  const commitOn = (parent: string, message: string) =>
    commitTree(home(repo), { tree: `${base}^{tree}`, parents: [parent], message });
  const trailers = (task: string) => ({ "Tutti-Task": `${job}/${task}`, "Tutti-Attempt": `${job}/${task}/2` });
  const one = await commitOn(base, withTrailers("Do one\n\nIt was easy.\n\nReally.", trailers("one")));
  const foreign = await commitOn(one, "By hand");
  const two = await commitOn(foreign, withTrailers("Do two", trailers("two")));
  await updateRef(repo, { ref: jobTipRef(job), to: two, from: undefined });
  expect(await listJobTips(repo)).toEqual(new Map([[job, two]]));
  expect(await mergedTasks(repo, { base, tip: two })).toEqual([
    {
      taskId: asTaskId(`${job}/one`),
      attemptId: `${job}/one/2`,
      commit: one,
      onto: base,
      text: "It was easy.\n\nReally.",
    },
    { taskId: asTaskId(`${job}/two`), attemptId: `${job}/two/2`, commit: two, onto: foreign, text: "" },
  ]);
});
