import type { Round } from "../drive-to-the-end.ts";
import type { ChaosJob } from "../world/chaos-job.ts";

/** What a person gets to read is never about a bug of ours, nor the trace of an error that nobody caught. */
export function saidProblems({ plan }: ChaosJob, rounds: readonly Round[]): readonly string[] {
  const bugs = rounds.filter(({ said }) => /"failureClass":"bug"|\(INTERNAL\)|^ {4}at /m.test(said));
  return [
    ...bugs.map(({ command, said }) => `${command} told of a bug: ${said}`),
    ...needlessRetries(rounds, plan.hasSmallDisk || plan.agent === "claude"),
  ];
}

/** A kill, a pause or a locked database says nothing about a task: nobody should have to ask for it again. */
function needlessRetries(rounds: readonly Round[], mayFail: boolean): readonly string[] {
  if (mayFail) return [];
  return rounds.filter(({ command }) => command.startsWith("retry")).map(() => "a task failed and had to be retried");
}
