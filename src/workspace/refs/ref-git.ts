import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { Socket } from "node:net";
import { fixedArguments, gitEnvironment } from "../git/git-env.ts";
import { home, type Repository } from "../repository/repository.ts";

const timeoutMs = 600_000;
const args = ["update-ref", "--no-deref", "-z", "--stdin"];

export type RefAnswer = {
  /** 0: the transaction is done. Otherwise git's own, which has ended then. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;
  readonly hasTimedOut: boolean;
  readonly cause: unknown;
  /** Git has not even acknowledged the transaction's beginning, and ended without an exit code. */
  readonly isUnheard: boolean;
};

/** A `git update-ref --stdin` that takes one transaction after another, and ends when this process does: its input ends then. */
export class RefGit {
  readonly whatRan: { readonly args: readonly string[]; readonly cwd: string };
  readonly #child: ChildProcessWithoutNullStreams;
  #isOver = false;
  #stdout = "";
  #stderr = "";
  #hasTimedOut = false;
  #settle: (end: Pick<RefAnswer, "exitCode" | "signal" | "cause">) => void = () => undefined;

  constructor(repo: Repository) {
    const { cwd, env } = home(repo);
    this.whatRan = { args, cwd };
    this.#child = spawn("git", [...fixedArguments, ...args], { cwd, env: gitEnvironment(process.env, env) });
    const { stdin, stdout, stderr } = this.#child;
    stdout.on("data", (text: Buffer) => this.#hear(text.toString()));
    stderr.on("data", (text: Buffer) => (this.#stderr += text.toString()));
    // What was written to a git that has just ended is told by its end.
    stdin.on("error", () => undefined);
    this.#child.on("error", (cause) => this.#end({ exitCode: undefined, signal: undefined, cause }));
    this.#child.on("close", (code, signal) =>
      this.#end({ exitCode: code ?? undefined, signal: signal ?? undefined, cause: undefined }),
    );
    this.#keepAlive(false);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** One at a time. */
  async transact(commands: string): Promise<RefAnswer> {
    const end = Promise.withResolvers<Pick<RefAnswer, "exitCode" | "signal" | "cause">>();
    this.#settle = end.resolve;
    [this.#stdout, this.#stderr] = ["", ""];
    if (this.#isOver) end.resolve({ exitCode: undefined, signal: undefined, cause: undefined });
    this.#keepAlive(true);
    const timer = setTimeout(() => {
      this.#hasTimedOut = true;
      this.#child.kill("SIGKILL");
    }, timeoutMs);
    this.#child.stdin.write(`start\0${commands}prepare\0commit\0`);
    const { exitCode, signal, cause } = await end.promise;
    clearTimeout(timer);
    this.#keepAlive(false);
    const isUnheard = exitCode === undefined && this.#stdout === "" && !this.#hasTimedOut;
    return { exitCode, signal, cause, stderr: this.#stderr, hasTimedOut: this.#hasTimedOut, isUnheard };
  }

  end(): void {
    this.#child.stdin.end();
  }

  #hear(text: string): void {
    this.#stdout += text;
    if (this.#stdout.endsWith("commit: ok\n")) this.#settle({ exitCode: 0, signal: undefined, cause: undefined });
  }

  #end(end: Pick<RefAnswer, "exitCode" | "signal" | "cause">): void {
    this.#isOver = true;
    this.#settle(end);
  }

  /** A git that stands by is no reason for this process to stay. */
  #keepAlive(isAsked: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    const pipes = [stdin, stdout, stderr].filter((stream) => stream instanceof Socket);
    for (const part of [this.#child, ...pipes]) {
      if (isAsked) part.ref();
      else part.unref();
    }
  }
}
