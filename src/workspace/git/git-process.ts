import { spawn, type ChildProcess } from "node:child_process";
import { exactBytes } from "./exact-text.ts";

export type GitProcess = {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
};

/** How a git ended. It was started if there is an exit code or a signal. */
export type GitEnd = {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly hasTimedOut: boolean;
  /** Why it could not be started. */
  readonly cause: unknown;
};

/** Git removes its locks and temporary files when it is asked to end. One that does not end is killed after so long. */
const killAfterMs = 5_000;

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill();
});

/**
 * Starts git and waits for its end. Bare, because a job starts git some fifteen times for each task: a library that makes a
 * process comfortable costs more than git itself.
 */
export async function runGitProcess(request: GitProcess): Promise<GitEnd> {
  const { args, cwd, env, input } = request;
  let child: ChildProcess;
  try {
    child = spawn("git", args, { cwd, env, stdio: [input === "" ? "ignore" : "pipe", "pipe", "pipe"] });
  } catch (cause) {
    return neverStarted(cause);
  }
  running.add(child);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  // Git may have its answer before it has read everything: what it thinks of that is in its exit code.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(exactBytes(input));
  const limits = limit(child, request);
  return new Promise<GitEnd>((resolve) => {
    const finish = (end: Pick<GitEnd, "exitCode" | "signal" | "cause">): void => {
      running.delete(child);
      limits.lift();
      resolve({
        ...end,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr),
        hasTimedOut: limits.hasTimedOut(),
      });
    };
    child.on("error", (cause) => {
      if (child.pid === undefined) finish({ exitCode: undefined, signal: undefined, cause });
    });
    child.on("close", (code, signal) => {
      if (child.pid !== undefined) {
        finish({ exitCode: code ?? undefined, signal: signal ?? undefined, cause: undefined });
      }
    });
  });
}

function neverStarted(cause: unknown): GitEnd {
  const nothing = Buffer.alloc(0);
  return { stdout: nothing, stderr: nothing, exitCode: undefined, signal: undefined, hasTimedOut: false, cause };
}

function collect(stream: NodeJS.ReadableStream | null): readonly Buffer[] {
  const chunks: Buffer[] = [];
  stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return chunks;
}

function limit(child: ChildProcess, { timeoutMs, signal }: GitProcess) {
  let hasTimedOut = false;
  let lastWord: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill();
    // What git has started itself may live on and hold the streams open.
    child.once("exit", () => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()));
    lastWord ??= setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  };
  const timer = setTimeout(() => {
    hasTimedOut = true;
    end();
  }, timeoutMs);
  signal?.addEventListener("abort", end);
  if (signal?.aborted === true) end();
  return {
    hasTimedOut: () => hasTimedOut,
    lift: () => {
      clearTimeout(timer);
      clearTimeout(lastWord);
      signal?.removeEventListener("abort", end);
    },
  };
}
