import { spawn } from "node:child_process";
import { Socket } from "node:net";

export type WorkerCommand = {
  /** Absolute path of the program's entry. */
  readonly entryPoint: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export type LocalWorker = {
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly stop: () => void;
  readonly kill: () => void;
};

/**
 * Starts a worker process of ours with a channel to it. When this process is gone the channel closes, and the worker stops
 * by itself. In a session of its own: a Ctrl-C in the terminal is the coordinator's to pass on.
 */
export function spawnWorker({ entryPoint, args, cwd, env }: WorkerCommand): LocalWorker {
  const child = spawn(process.execPath, [entryPoint, ...args], {
    cwd,
    env: { ...env },
    // A Node that ends sets the terminal back to what it was when it began, whoever reads keys from it just then.
    stdio: ["ignore", "ignore", process.stderr.isTTY ? "pipe" : "inherit", "ipc"],
    detached: true,
  });
  child.stderr?.on("data", (complaint: Buffer) => process.stderr.write(complaint));
  // What the worker has started may hold it for longer than the worker lives.
  if (child.stderr instanceof Socket) child.stderr.unref();
  const { promise: exited, resolve } = Promise.withResolvers<{ code: number | null; signal: string | null }>();
  child.once("exit", (code, signal) => resolve({ code, signal }));
  child.once("error", () => resolve({ code: 1, signal: null }));
  return {
    exited,
    stop: () => {
      if (child.connected) child.send("stop");
    },
    kill: () => child.kill("SIGKILL"),
  };
}
