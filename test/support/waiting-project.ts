import { readFile } from "node:fs/promises";
import { expect } from "vitest";
import { stringify } from "yaml";

import { Tutti, type Breakpoint, type PersonsAnswer } from "../../src/index.ts";
import { inspectJob, type JobFacts } from "./inspect-job.ts";
import { scratchProject, type ScratchProject } from "./scratch-project.ts";
import { runTutti } from "./tutti-process.ts";

export type WaitingScript = {
  readonly tasks: readonly object[];
  readonly answers: (home: string) => object;
  readonly settings?: object;
  readonly files?: Readonly<Record<string, string>>;
};

type Turn = { readonly key: string; readonly sessionId: string; readonly slotId: string };

/** A project whose jobs, with the fake agent, come to wait for a person. */
export class WaitingProject {
  readonly scratch: ScratchProject;

  private constructor(scratch: ScratchProject) {
    this.scratch = scratch;
  }

  static async make({ tasks, answers, settings = {}, files = {} }: WaitingScript): Promise<WaitingProject> {
    const plan = { summary: "s", tasks: tasks.map((task) => ({ title: "T", prompt: "P", ...task })) };
    const scratch = await scratchProject({
      "README.md": "# Scratch\n",
      "tutti.config.yaml": stringify({ agent: { kind: "fake", fakeScript: "script.json" }, ...settings }),
      "plan.yaml": stringify(plan),
      ...files,
    });
    const script = {
      requestLog: `${scratch.home}/requests`,
      answers: { "*": { text: "done" }, ...answers(scratch.home) },
    };
    await scratch.write({ "script.json": JSON.stringify(script) });
    return new WaitingProject(scratch);
  }

  /** @returns all that the command said */
  async expectExit(code: number, ...args: readonly string[]): Promise<string> {
    // On a loaded machine there would be fewer workers.
    const { exitCode, stdout, stderr } = await runTutti(this.scratch, { args, env: { TUTTI_FAULT_IDLE: "1" } });
    expect(exitCode, stdout + stderr).toBe(code);
    return stdout + stderr;
  }

  runPlan(code: number): Promise<string> {
    return this.expectExit(code, "run", "--plan", "plan.yaml", "--yes");
  }

  async resolve({ id }: Breakpoint, answer: PersonsAnswer): Promise<void> {
    await using program = this.#program();
    await program.resolveBreakpoint(id, answer);
  }

  /** What waits now, by the key of its task. */
  async waiting(): Promise<Readonly<Record<string, Breakpoint>>> {
    await using program = this.#program();
    const open = await program.breakpoints();
    return Object.fromEntries(
      open.map((breakpoint) => [breakpoint.taskId?.split("/").at(-1) ?? "the job", breakpoint]),
    );
  }

  /** The turns of agents, by the key of their answer in the script. */
  async turns(key: string): Promise<readonly Turn[]> {
    const lines = (await readFile(`${this.scratch.home}/requests`, "utf8")).trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as Turn).filter((turn) => turn.key.startsWith(`${key}#`));
  }

  facts(): Promise<JobFacts> {
    return inspectJob(this.scratch);
  }

  async show(path: string): Promise<string> {
    return this.scratch.git("show", `${(await this.facts()).job.branch}:${path}`);
  }

  #program(): Tutti {
    const env = { PATH: process.env["PATH"], HOME: this.scratch.home, XDG_STATE_HOME: this.scratch.stateHome };
    return new Tutti({ cwd: this.scratch.root, env });
  }
}

export function of(asked: Readonly<Record<string, Breakpoint>>, key: string): Breakpoint {
  const breakpoint = asked[key];
  if (breakpoint === undefined)
    throw new Error(`nobody asked about ${key}, but about ${Object.keys(asked).join(", ")}`);
  return breakpoint;
}

export const kindsOf = (asked: Readonly<Record<string, Breakpoint>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(asked).map(([key, { kind }]) => [key, kind]));

/** An answer of the script: the agent writes a file. */
export const writes = (path: string): object => ({ write: { [path]: "made\n" } });
