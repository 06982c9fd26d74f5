import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { TuttiError } from "../../domain/errors.ts";
import { TextTail } from "../../domain/text-tail.ts";

export type CommandRequest = {
  /** A line for the shell. */
  readonly run: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Both streams, as they come. */
  readonly onOutput?: (text: string) => void;
};

const tailLength = 4_000;
const graceMs = 5_000;
const drainMs = 500;

/**
 * Runs a shell command in a process group of its own and waits for its end.
 * @throws {TuttiError} `SETUP_FAILED` with the end of the output; `ABORTED`
 */
export async function runCommand(request: CommandRequest): Promise<void> {
  const limit = AbortSignal.timeout(request.timeoutMs);
  const stop = request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]);
  if (isStopped(request)) throw aborted(request.run);
  const child = spawn(request.run, {
    cwd: request.cwd,
    env: request.env,
    shell: true,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collectTail(child, request.onOutput);
  const exitCode = await waitForEnd(child, stop);
  if (isStopped(request)) throw aborted(request.run);
  const end = { exitCode, output: output() };
  if (limit.aborted) throw failed(request, `took longer than ${request.timeoutMs} ms`, end);
  if (exitCode !== 0) throw failed(request, `ended with ${exitCode ?? "a signal"}`, end);
}

const isStopped = ({ signal }: CommandRequest): boolean => signal?.aborted === true;

function collectTail(child: ChildProcess, onOutput: CommandRequest["onOutput"]): () => string {
  const tail = new TextTail(tailLength);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      tail.add(text);
      onOutput?.(text);
    });
  }
  return () => tail.text();
}

/** Waits for the shell, not for what it put in the background, which may hold the streams open for ever. */
async function waitForEnd(child: ChildProcess, stop: AbortSignal): Promise<number | null> {
  const ended = once(child, "exit");
  const onStop = (): void => void endGroup(child);
  stop.addEventListener("abort", onStop, { once: true });
  if (stop.aborted) onStop();
  try {
    await ended;
    await Promise.race([once(child, "close"), delay(drainMs, undefined, { ref: false })]);
    return child.exitCode;
  } finally {
    stop.removeEventListener("abort", onStop);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

async function endGroup(child: ChildProcess): Promise<void> {
  signalGroup(child, "SIGTERM");
  await Promise.race([once(child, "exit"), delay(graceMs, undefined, { ref: false })]);
  signalGroup(child, "SIGKILL");
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (thrown) {
    // ESRCH: the group is gone. EPERM: what is left of it are zombies (macOS).
    const isGone = thrown instanceof Error && "code" in thrown && ["ESRCH", "EPERM"].includes(String(thrown.code));
    if (!isGone) throw thrown;
  }
}

type End = { readonly exitCode: number | null; readonly output: string };

function failed(request: CommandRequest, how: string, end: End): TuttiError {
  return new TuttiError("SETUP_FAILED", `Setup command ${how}: ${request.run}`, {
    hint: "Run the command in a fresh clone of the repository, and correct it in the configuration",
    context: { command: request.run, ...end },
  });
}

function aborted(run: string): TuttiError {
  return new TuttiError("ABORTED", `Setup was stopped: ${run}`, { failureClass: "killed", context: { command: run } });
}
