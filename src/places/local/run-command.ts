import { spawn, type ChildProcess } from "node:child_process";
import { performance } from "node:perf_hooks";

import { TextTail } from "../../domain/text-tail.ts";
import type { CommandResult, PlaceCommand } from "../port.ts";

const tailLimit = 8_000;
const killGraceMs = 2_000;

/** What left the group and holds the streams open is waited for no longer than this. */
const drainMs = 1_000;

/**
 * Runs `sh -c` in a process group of its own. At the timeout or an abort the whole group gets TERM, then KILL, so that
 * neither a grandchild nor a pipe that it holds open can keep the caller waiting.
 */
export async function runCommand(command: PlaceCommand): Promise<CommandResult> {
  const startedAt = performance.now();
  const child = spawn("/bin/sh", ["-c", command.command], {
    cwd: command.cwd,
    env: { ...command.env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const tail = collectTail(child);
  const limits = watchLimits(child, command);
  const streams = endOfStreams(child);
  const exitCode = await exitOf(child);
  limits.stop();
  await streams.ended();
  return {
    exitCode,
    isTimedOut: limits.reason() === "timeout",
    isAborted: limits.reason() === "abort",
    durationMs: Math.round(performance.now() - startedAt),
    outputTail: tail(),
  };
}

function collectTail(child: ChildProcess): () => string {
  const tail = new TextTail(tailLimit);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => tail.add(text));
  }
  return () => tail.text();
}

/** What a command has printed may still be on its way when it has ended. Listens from the start: they may end with it. */
function endOfStreams(child: ChildProcess): { readonly ended: () => Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("close", () => resolve());
  const ended = async (): Promise<void> => {
    const timer = setTimeout(resolve, drainMs);
    await promise;
    clearTimeout(timer);
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  return { ended };
}

function watchLimits(child: ChildProcess, command: PlaceCommand) {
  let reason: "timeout" | "abort" | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (why: "timeout" | "abort"): void => {
    reason ??= why;
    signalGroup(child, "SIGTERM");
    killTimer ??= setTimeout(() => signalGroup(child, "SIGKILL"), killGraceMs);
  };
  const timer = setTimeout(() => end("timeout"), command.timeoutMs);
  const onAbort = (): void => end("abort");
  command.signal?.addEventListener("abort", onAbort, { once: true });
  if (command.signal?.aborted === true) onAbort();
  return {
    reason: () => reason,
    stop: () => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      command.signal?.removeEventListener("abort", onAbort);
      // What the command left in the background has no business in the slot after its end.
      signalGroup(child, "SIGKILL");
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!isGone) throw error;
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  // "exit" and not "close": a background process may hold the pipes open for ever.
  child.once("exit", resolve);
  child.once("error", () => resolve(127));
  return promise;
}
