import fc from "fast-check";
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  scratchRepository,
  userGit,
  writeFiles,
  job,
  type ScratchRepository,
} from "../../test/support/scratch-repository.ts";
import { asAttemptId, type CommitId } from "../domain/ids.ts";
import {
  advanceBranch,
  attemptRef,
  compareFingerprints,
  continueIntegration,
  integrateAttempt,
  jobBranch,
  listRescues,
  moveSlot,
  prepareSlot,
  rescueSlot,
  restoreRescue,
  snapshot,
  takeCheckoutFingerprint,
  updateRef,
  type Slot,
} from "./index.ts";

/** A checkout with everything in it that a careless tool would trample on. */
async function busyCheckout(): Promise<ScratchRepository> {
  const scratch = await scratchRepository({ files: { ".gitignore": ".env\n", "a.txt": "one\n", "b.txt": "b\n" } });
  await scratch.git(["branch", "feature"]);
  await scratch.git(["tag", "v1"]);
  await writeFiles(scratch.root, { "a.txt": "stashed\n" });
  await scratch.git(["stash", "--quiet"]);
  await writeFiles(scratch.root, { "a.txt": "staged\n" });
  await scratch.git(["add", "a.txt"]);
  await writeFiles(scratch.root, { "a.txt": "unstaged\n", "untracked.txt": "mine\n", ".env": "KEY=1\n" });
  return scratch;
}

it("leaves the user's refs, HEAD, index, stash and files alone, whatever is done for a job", async () => {
  await using scratch = await busyCheckout();
  const repo = await scratch.open();
  const before = await takeCheckoutFingerprint(repo);
  const [worker, queue] = [await scratch.slot("w"), await scratch.slot("q")];
  await prepareSlot(worker, { setup: [{ run: "echo x > made" }], copy: [".env"] });
  const branch = jobBranch(job);
  await updateRef(repo, { ref: branch, to: repo.head, from: undefined });
  let tip = repo.head;
  for (const number of [1, 2]) {
    await moveSlot(worker, { to: repo.head, jobId: job });
    await writeFiles(worker.path, { "b.txt": `attempt ${number}\n`, [`new-${number}.txt`]: "n\n" });
    await userGit(worker.path, ["stash", "--quiet"]);
    await userGit(worker.path, ["stash", "apply", "--quiet"]);
    const ref = attemptRef(job, asAttemptId(`job-1/t/${number}`));
    const { commit } = await snapshot(worker, { ref, parent: repo.head, message: "work" });
    tip = await integrate(queue, { tip, commit, number });
  }
  await writeFiles(worker.path, { "lost.txt": "lost\n" });
  await rescueSlot(worker, { jobId: job, reason: "killed" });
  const [rescue] = await listRescues(repo);
  await restoreRescue(repo, rescue?.ref ?? "", { directory: join(scratch.parent, "out") });

  expect(compareFingerprints(before, await takeCheckoutFingerprint(repo))).toEqual([]);
  expect(await scratch.git(["fsck", "--full", "--strict"])).not.toMatch(/missing|broken|error/);
  expect(await scratch.git(["show", `${branch}:b.txt`])).toBe("both");
});

async function integrate(
  queue: Slot,
  { tip, commit, number }: { readonly tip: CommitId; readonly commit: CommitId; readonly number: number },
): Promise<CommitId> {
  const { repo } = queue;
  const ref = jobBranch(job);
  const message = `attempt ${number}`;
  const request = { jobId: job, ref, expectedTip: tip, attemptCommit: commit, attemptBase: repo.head, message };
  const first = await integrateAttempt(queue, request);
  if (first.status === "conflict") await writeFiles(queue.path, { "b.txt": "both\n" });
  const result = first.status === "conflict" ? await continueIntegration(queue, request) : first;
  if (result.status !== "merged") throw new Error("expected a merge");
  await advanceBranch(repo, { ref, to: result.commit, from: tip });
  return result.commit;
}

type Action =
  | { readonly do: "write"; readonly path: string; readonly text: string }
  | { readonly do: "delete"; readonly path: string }
  | { readonly do: "git"; readonly commands: readonly (readonly string[])[] }
  | { readonly do: "nest"; readonly path: string }
  | { readonly do: "lose-git" }
  | { readonly do: "rescue" };

const path = fc.constantFrom("a.txt", "b.txt", "src/c.txt", "src/deep/d.txt", "e", "next.txt", ".gitignore");
const text = fc.constantFrom("x\n", "e\nsrc\n", "*.txt\n", "", "\u0000binary", "long\n".repeat(50));
const gitHabits = [
  [["add", "-A"]],
  [
    ["add", "-A"],
    ["commit", "--quiet", "--allow-empty", "-m", "agent"],
  ],
  [
    ["add", "-A"],
    ["commit", "--quiet", "--allow-empty", "-m", "undone"],
    ["reset", "--quiet", "--hard", "HEAD~1"],
  ],
  [
    ["stash", "--quiet", "--include-untracked"],
    ["stash", "drop", "--quiet"],
  ],
  [["checkout", "--quiet", "-B", "mine"]],
  [["checkout", "--quiet", "--detach"]],
  [["stash", "--quiet", "--include-untracked"]],
  [["stash", "pop", "--quiet"]],
  [["stash", "drop", "--quiet"]],
  [["reset", "--quiet", "--hard", "HEAD~1"]],
  [["gc", "--quiet"]],
  [["worktree", "add", "--quiet", "tree"]],
  [["update-index", "--assume-unchanged", "a.txt"]],
  [["init", "--quiet"]],
];

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("write" as const), path, text }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), path }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("git" as const), commands: fc.constantFrom(...gitHabits) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("nest" as const), path: fc.constantFrom("src", "nested") }) },
  { weight: 1, arbitrary: fc.constant({ do: "lose-git" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "rescue" as const }) },
);

it("loses no file and no reachable commit of an agent that does anything to its slot", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 2, maxLength: 10 }), async (actions) => {
      await using scratch = await scratchRepository({ files: { "a.txt": "one\n", "src/c.txt": "c\n" } });
      const slot = await scratch.slot("s");
      const next = await scratch.commit({ "next.txt": "next\n", "src/deep/d.txt": "the user's\n" });
      const before = await takeCheckoutFingerprint(slot.repo);
      for (const one of actions) await act(slot, one);
      const wanted = [...(await commitsOf(slot)), ...(await blobsOf(slot.path))];

      await moveSlot(slot, { to: next, jobId: job });

      const held = new Set((await scratch.git(["rev-list", "--objects", "--glob=refs/tutti/*"])).split(/[\s]/));
      expect(wanted.filter((object) => !held.has(object))).toEqual([]);
      expect(await userGit(slot.path, ["status", "--porcelain", "--ignored"])).toBe("");
      expect(compareFingerprints(before, await takeCheckoutFingerprint(slot.repo))).toEqual([]);
      expect(await scratch.git(["fsck", "--full"])).not.toMatch(/missing|broken|error/);
    }),
    { numRuns: Number(process.env["TUTTI_PROPERTY_RUNS"] ?? 10), endOnFailure: false },
  );
});

/** What git refuses (nothing to pop, no commit before) the agent just doesn't do. */
async function act(slot: Slot, one: Action): Promise<void> {
  if (one.do === "write") await writeFiles(slot.path, { [one.path]: one.text }).catch(refused);
  else if (one.do === "delete") await rm(join(slot.path, one.path), { force: true, recursive: true });
  else if (one.do === "lose-git") await rm(slot.gitDir, { force: true, recursive: true });
  else if (one.do === "rescue") await rescueSlot(slot, { jobId: job, reason: "in between" });
  else if (one.do === "nest") await nest(slot, one.path);
  else for (const command of one.commands) await inSlot(slot, command).catch(refused);
}

/** With the slot's own git directory named, so that git never finds another one above. */
async function inSlot(slot: Slot, command: readonly string[]): Promise<string> {
  return await userGit(slot.path, ["--git-dir=.git", "--work-tree=.", ...command]);
}

async function nest(slot: Slot, folder: string): Promise<void> {
  await writeFiles(slot.path, { [`${folder}/inner.txt`]: "inner\n" }).catch(refused);
  await userGit(join(slot.path, folder), ["init", "--quiet"]).catch(refused);
}

const refused = (): string => "";

async function commitsOf(slot: Slot): Promise<readonly string[]> {
  const listed = await inSlot(slot, ["rev-list", "--all", "--reflog", "--ignore-missing"]).catch(refused);
  return listed.split("\n").filter((line) => line !== "");
}

/** Names that git gives to the files' contents, of everything but git's own directories. */
async function blobsOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  const paths = entries.filter((entry) => !entry.split("/").includes(".git")).map((entry) => join(folder, entry));
  const names = await Promise.all(
    paths.map(async (file) => ((await lstat(file)).isFile() ? [blobName(await readFile(file))] : [])),
  );
  return names.flat();
}

function blobName(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}
