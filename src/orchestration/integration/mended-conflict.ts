import type { CommitId } from "../../domain/ids.ts";
import type { Attempt, Task } from "../../domain/model.ts";
import { takeMended, type IntegrationRequest, type Slot } from "../../workspace/index.ts";
import { askAboutConflict } from "../breakpoints/ask-about-conflict.ts";
import type { JobDesk } from "../desk.ts";

/** Whether the last thing that a person said of the attempt's conflict is that its files are mended. */
export async function isMended({ services }: JobDesk, { id }: Attempt): Promise<boolean> {
  const answered = await services.state.breakpoints.answered(id);
  return answered.findLast(({ kind }) => kind === "conflict")?.answer?.answer === "approve";
}

type Mended = {
  readonly task: Task;
  readonly attempt: Attempt;
  /** Where the conflict was left. */
  readonly slot: Slot;
  readonly request: IntegrationRequest;
};

/**
 * Takes what a person made of a conflict in its folder. No agent is asked again: it would work on the person's files.
 * @returns what it came to, as a change of the tip of that time; `asked` when the person is not done; `nothing` when none stands there
 */
export async function takeMendedConflict(
  desk: JobDesk,
  { task, attempt, slot, request }: Mended,
): Promise<CommitId | "asked" | "nothing"> {
  const settled = await takeMended(slot, request);
  if (settled === undefined) return "nothing";
  if (settled.status === "merged") {
    await desk.services.state.integrations.merged({ taskId: task.id, attemptId: attempt.id }, settled.commit);
    return settled.commit;
  }
  const { paths: files } = settled;
  const reason = `conflict markers are still in ${files.join(", ")}`;
  await askAboutConflict(desk, { task, attempt, files, folder: slot.path, reason });
  return "asked";
}
