import type { CommandResult } from "../../workflow/flow.ts";
import type { CommandCall } from "../../workflow/host.ts";
import type { JobDesk } from "../desk.ts";
import { jobTip } from "../integration/job-branch.ts";

const defaultTimeoutMs = 600_000;

/**
 * Runs a program for a workflow, in a slot that holds what the job has merged so far or in the user's own folder.
 * @throws the signal's reason: what was cut short has no result
 */
export async function runCommand(desk: JobDesk, call: CommandCall): Promise<CommandResult> {
  const { services, job, slots } = desk;
  if (call.in === "project") return run(desk, call, { cwd: services.repo.root, env: services.commandEnv });
  const tip = await jobTip(services.repo, job.id);
  return slots.beside(tip, call.signal, ({ path, slotId }) =>
    run(desk, call, { cwd: path, env: { ...services.commandEnv, TUTTI_SLOT: slotId } }),
  );
}

type Where = { readonly cwd: string; readonly env: Readonly<Record<string, string>> };

async function run({ services }: JobDesk, call: CommandCall, where: Where): Promise<CommandResult> {
  const { run: command, timeoutMs = defaultTimeoutMs, signal } = call;
  const line = typeof command === "string" ? command : command.map(quoted).join(" ");
  const ended = await services.place.run({ command: line, ...where, timeoutMs, signal });
  signal.throwIfAborted();
  const limit = ended.isTimedOut ? `\nStopped after ${timeoutMs} ms, its time limit.` : "";
  return {
    isOk: ended.exitCode === 0 && !ended.isTimedOut,
    exitCode: ended.isTimedOut ? null : ended.exitCode,
    output: services.redact(ended.outputTail + limit),
  };
}

/** For `sh`: nothing in it means anything. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
