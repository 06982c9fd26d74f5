import { z } from "zod";

import type { Rollback } from "../../domain/checkpoint/checkpoint.ts";
import { asCommitId, type RunId } from "../../domain/ids.ts";
import { jobTip, moveJob } from "../integration/job-branch.ts";
import type { Services } from "../services.ts";

type PuttingBack = Pick<Services, "state" | "engine" | "repo" | "workerId">;

/**
 * For a rollback whose run has failed: puts the branch back to where the state is. The state says first that nothing goes back any
 * more, so that nobody who was slower can have it follow.
 * @returns `false` when everything has gone back, and only what comes after has failed
 * @throws {TuttiError} `LEASE_LOST` when somebody else holds the job: then the branch is theirs
 */
export async function putBack(services: PuttingBack, { id, jobId }: Rollback, runId: RunId): Promise<boolean> {
  const { state, repo, workerId } = services;
  if (!(await state.rollbacks.turnBack({ id, jobId, holder: workerId }))) return false;
  const moved = await moveOf(services, runId);
  if (moved === undefined || moved.tip !== (await jobTip(repo, jobId))) return true;
  await moveJob(repo, jobId, { from: moved.tip, to: moved.from });
  return true;
}

/** `undefined`: it did not come so far that anything could have moved. */
async function moveOf({ engine }: PuttingBack, runId: RunId): Promise<z.output<typeof Move> | undefined> {
  const built = (await engine.history(runId)).find(({ name, state }) => name === "build" && state === "done");
  return built && Move.parse(built.value);
}

const commit = z.string().transform(asCommitId);
const Move = z.object({ from: commit, tip: commit });
