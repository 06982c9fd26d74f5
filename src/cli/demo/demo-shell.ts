import { execa } from "execa";

import type { Environment } from "../../compose.ts";
import { TuttiError } from "../../domain/errors.ts";

/** How many tests of a suite pass. */
export type TestCount = { readonly passed: number; readonly total: number; readonly isGreen: boolean };

/** Runs the demo's own commands, all with its environment. */
export class DemoShell {
  readonly #env: Environment;
  readonly #stop: AbortSignal;

  constructor(env: Environment, stop: AbortSignal) {
    this.#env = env;
    this.#stop = stop;
  }

  /** @throws {TuttiError} `SETUP_FAILED` with what git said */
  async git(cwd: string, ...args: readonly string[]): Promise<string> {
    const { stdout, failed, stderr, shortMessage } = await this.#run("git", args, cwd);
    if (!failed) return stdout;
    throw new TuttiError("SETUP_FAILED", `The demo could not run git ${args.join(" ")}: ${stderr || shortMessage}`, {
      hint: "Check git: tutti doctor",
    });
  }

  /** Makes the folder a repository with one commit, by a person who exists only there. */
  async startRepository(cwd: string): Promise<void> {
    await this.git(cwd, "init", "--quiet", "--initial-branch", "main");
    await this.git(cwd, "config", "user.name", "Demo");
    await this.git(cwd, "config", "user.email", "demo@localhost");
    await this.git(cwd, "add", "--all");
    await this.git(cwd, "commit", "--quiet", "--message", "Say in tests what the project shall do");
  }

  /** Runs `node --test` and counts. Green: it ran, and nothing failed. */
  async runTests(cwd: string): Promise<TestCount> {
    const { stdout, failed } = await this.#run(process.execPath, ["--test", "--test-reporter=tap"], cwd);
    const [total, passed] = ["tests", "pass"].map((name) => countIn(stdout, name));
    return { passed: passed ?? 0, total: total ?? 0, isGreen: !failed && total !== undefined && passed === total };
  }

  async #run(command: string, args: readonly string[], cwd: string) {
    const ended = await execa(command, args, {
      cwd,
      env: { ...this.#env },
      extendEnv: false,
      reject: false,
      cancelSignal: this.#stop,
    });
    this.#stop.throwIfAborted();
    return ended;
  }
}

function countIn(tap: string, name: string): number | undefined {
  const found = new RegExp(`^# ${name} (\\d+)$`, "m").exec(tap)?.[1];
  return found === undefined ? undefined : Number(found);
}
