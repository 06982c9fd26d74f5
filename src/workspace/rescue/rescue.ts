import { asCommitId, type CommitId, type JobId } from "../../domain/ids.ts";
import { readTrailers, withTrailers } from "../git/trailers.ts";
import { jobOfRef } from "../refs/ref-names.ts";

/** A commit of an agent that no ref held. */
export type KeptCommit = {
  readonly commit: CommitId;
  /** Where it was: a ref of the slot, `HEAD`, `index`, `reflog`; with the folder before it for a nested repository. */
  readonly from: string;
};

/** Work that was saved because nothing else held it. */
export type Rescue = {
  readonly ref: string;
  readonly jobId: JobId;
  /** Its tree is the slot's files, its first parent `base`, its other parents `keptCommits`. */
  readonly commit: CommitId;
  readonly base: CommitId;
  readonly slotId: string;
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly keptCommits: readonly KeptCommit[];
  /** Whether a snapshot held the files already, and only commits of the agent were saved. */
  readonly isHistoryOnly: boolean;
  /** Unreadable git directories were kept beside the slot, because no ref can hold them: how many. */
  readonly keptAside: number;
};

/** Everything about a rescue that isn't in the commit object itself. */
export type RescueFacts = Omit<Rescue, "ref" | "jobId" | "commit" | "at">;

export function rescueMessage(facts: RescueFacts): string {
  const kept = facts.keptCommits.map(({ commit, from }) => `kept ${commit} ${from}`).join("\n");
  return withTrailers(`Rescue: ${facts.reason}\n\n${kept}`, {
    "Tutti-Base": facts.base,
    "Tutti-Slot": facts.slotId,
    "Tutti-Reason": facts.reason,
    "Tutti-Holds": facts.isHistoryOnly ? "history" : "files",
    "Tutti-Kept-Aside": String(facts.keptAside),
  });
}

/** `undefined` when the message isn't one of ours. */
export function readRescue(found: {
  readonly ref: string;
  readonly commit: CommitId;
  readonly at: number;
  readonly message: string;
}): Rescue | undefined {
  const trailers = readTrailers(found.message);
  const jobId = jobOfRef(found.ref);
  const base = trailers["Tutti-Base"];
  if (base === undefined || jobId === undefined) return undefined;
  return {
    ref: found.ref,
    jobId,
    commit: found.commit,
    at: found.at,
    base: asCommitId(base),
    slotId: trailers["Tutti-Slot"] ?? "",
    reason: trailers["Tutti-Reason"] ?? "",
    isHistoryOnly: trailers["Tutti-Holds"] === "history",
    keptAside: Number(trailers["Tutti-Kept-Aside"] ?? 0),
    keptCommits: [...found.message.matchAll(/^kept ([0-9a-f]{40,64}) (.+)$/gm)].map(([, commit = "", from = ""]) => ({
      commit: asCommitId(commit),
      from,
    })),
  };
}
