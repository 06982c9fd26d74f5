import type { Attempt, Task } from "../../domain/model.ts";
import { totalUsage } from "../../domain/budget/usage.ts";
import type { JobDesk } from "../desk.ts";
import { askRules } from "./ask-rules.ts";

export type WaitingMerge = {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly reason: string;
  /** In conflict, or changed by the resolver though it may not. */
  readonly files: readonly string[];
  /** The slot in which it stands, to be mended there; absent when it is merged, and only a yes is missing. */
  readonly folder?: string;
};

/** Has a person settle a merge that no agent could; a rule may forbid it instead. */
export async function askAboutConflict(desk: JobDesk, merge: WaitingMerge): Promise<void> {
  const { services, job } = desk;
  const { task, attempt, reason, files, folder } = merge;
  const { sessions, tasks } = services.state;
  const costUsd = totalUsage(await sessions.usageOfTask(task.id)).costUsd;
  const verdict = await askRules(desk, "conflict", async () => ({
    strategy: job.strategy,
    jobCostUsd: totalUsage(await sessions.usageOfJob(job.id)).costUsd ?? undefined,
    taskCostUsd: costUsd ?? undefined,
    task: task.key,
    attempt: attempt.number,
    role: "resolver",
    model: job.options.models.resolver,
    failureClass: "conflict",
    paths: files,
  }));
  if (verdict?.action === "deny") {
    await tasks.move(task.id, "failed", { reason: `${verdict.message ?? `rule ${verdict.rule}`}: ${reason}` });
    return;
  }
  const usual = `The work on ${task.key} does not fit onto the job branch. What now?`;
  await tasks.move(task.id, "waiting", {
    reason,
    attemptId: attempt.id,
    ask: {
      kind: "conflict",
      question: services.redact(verdict?.message ?? usual),
      context: {
        reasons: [services.redact(reason)],
        paths: files,
        ...(folder === undefined ? {} : { folder }),
        costUsd,
        ...(attempt.diff === undefined ? {} : { diff: attempt.diff }),
        ...(attempt.outcome === undefined ? {} : { said: attempt.outcome.text }),
      },
      ...(verdict === undefined ? {} : { rule: verdict.rule }),
      ...(verdict?.timeoutMs === undefined ? {} : { timeoutMs: verdict.timeoutMs }),
    },
  });
}
