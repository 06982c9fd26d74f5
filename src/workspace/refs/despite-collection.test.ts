import { execFileSync } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import {
  job,
  scratchRepository,
  writeFiles,
  type ScratchRepository,
} from "../../../test/support/scratch-repository.ts";
import { asAttemptId, asCommitId } from "../../domain/ids.ts";
import { integrateBeside } from "../integrate/integrate-beside.ts";
import { snapshot } from "../snapshot/snapshot.ts";
import { attemptRef, jobTipRef } from "./ref-names.ts";
import { readRef, setRef } from "./update-ref.ts";

afterEach(() => void vi.unstubAllEnvs());

const git = execFileSync("which", ["git"]).toString().trim();

type Deed = { readonly command: string; readonly moment: "before" | "after"; readonly collect?: "trees" };

/** The user collects garbage once, just before a git of ours with this command, or at once after it. */
async function collectedOnce(scratch: ScratchRepository, { command, moment, collect }: Deed): Promise<void> {
  const bin = join(scratch.parent, "collecting");
  const prune = `"${git}" -C "${scratch.root}" prune --expire=now`;
  const trees = `${prune} -n | sed -n 's|^\\(..\\)\\(.*\\) tree$|${scratch.root}/.git/objects/\\1/\\2|p' | xargs rm -f`;
  const deed = `mkdir "${bin}/done" 2>/dev/null && ${collect === "trees" ? trees : prune}`;
  const lines = moment === "before" ? [deed, `exec "${git}" "$@"`] : [`"${git}" "$@"; code=$?`, deed, "exit $code"];
  await mkdir(bin);
  const script = `#!/bin/sh\ncase " $* " in *" ${command} "*) ;; *) exec "${git}" "$@";; esac\n${lines.join("\n")}\n`;
  await writeFile(join(bin, "git"), script);
  await chmod(join(bin, "git"), 0o755);
  vi.stubEnv("PATH", `${bin}:${process.env["PATH"] ?? ""}`);
}

const expectWhole = async (scratch: ScratchRepository): Promise<void> => {
  vi.unstubAllEnvs();
  expect(await scratch.git(["fsck", "--no-dangling"])).toBe("");
};

it.each<Deed>([
  { command: "write-tree", moment: "before" },
  { command: "commit-tree", moment: "before" },
  { command: "commit-tree", moment: "after" },
  { command: "commit-tree", moment: "after", collect: "trees" },
])("takes a snapshot again of which something was collected as garbage: %o", async (deed) => {
  await using scratch = await scratchRepository();
  const slot = await scratch.slot("s1");
  await writeFiles(slot.path, { "a.txt": "changed\n", "new/b.txt": "new\n" });
  await collectedOnce(scratch, deed);

  const ref = attemptRef(job, asAttemptId("job-1/task/1"));
  const { commit, diffStat } = await snapshot(slot, { ref, parent: slot.repo.head, message: "work" });

  expect(diffStat).toEqual({ files: 2, added: 2, deleted: 1 });
  expect(await scratch.git(["show", `${commit}:new/b.txt`])).toBe("new");
  await expectWhole(scratch);
});

it("merges again what was collected but for the commit, and names nothing that is gone", async () => {
  await using scratch = await scratchRepository();
  const repo = await scratch.open();
  const base = repo.head;
  const commitOf = async (file: string): Promise<string> => {
    await scratch.git(["checkout", "--quiet", "--detach", base]);
    return await scratch.commit({ [file]: `${file}\n` });
  };
  const [tip, attempt] = [await commitOf("tip.txt"), await commitOf("attempt.txt")];
  await scratch.git(["checkout", "--quiet", "main"]);
  await setRef(repo, jobTipRef(job), asCommitId(tip));
  await setRef(repo, "refs/tutti/job-1/attempt/1", asCommitId(attempt));
  await collectedOnce(scratch, { command: "commit-tree", moment: "after", collect: "trees" });

  const commit = await integrateBeside(repo, {
    ...{ jobId: job, ref: jobTipRef(job), message: "merged" },
    ...{ expectedTip: asCommitId(tip), attemptCommit: asCommitId(attempt), attemptBase: base },
  });

  expect(await scratch.git(["ls-tree", "--name-only", commit ?? ""])).toBe("a.txt\nattempt.txt\ntip.txt");
  expect(await readRef(repo, `refs/tutti/job-1/pin/${commit ?? ""}`)).toBe(commit);
  await expectWhole(scratch);
});
