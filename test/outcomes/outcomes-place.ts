import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { asCommitId, type CommitId } from "../../src/domain/ids.ts";
import { openRepository, type Repository } from "../../src/workspace/index.ts";
import { stateMigrations } from "../../src/state/migrations.ts";
import type { StateTables } from "../../src/state/schema.ts";
import { StateManager } from "../../src/state/state-manager.ts";
import { openSqliteStore } from "../../src/stores/sqlite/sqlite-store.ts";
import type { LabelledOutcome } from "./read-outcomes.ts";

/** Where outcomes are judged: one repository with a commit for what each attempt finds. */
export type OutcomesPlace = AsyncDisposable & {
  /** Slots have room in it. */
  readonly folder: string;
  readonly repo: Repository;
  readonly state: StateManager;
  /** In the order of the outcomes. */
  readonly bases: readonly CommitId[];
};

/** Makes it with few processes, however many outcomes there are. */
export async function outcomesPlace(outcomes: readonly LabelledOutcome[]): Promise<OutcomesPlace> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "tutti-outcomes-")));
  const root = join(folder, "project");
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
  };
  await execa("git", ["init", "-q", "-b", "main", root], { env, extendEnv: false });
  const git = { cwd: root, env, extendEnv: false } as const;
  const input = [commit("main", {}), ...outcomes.map(({ before }, index) => commit(`base-${index}`, before))].join("");
  await execa("git", ["fast-import", "--quiet"], { ...git, input });
  const refs = outcomes.map((_, index) => `refs/heads/base-${index}`);
  const { stdout } = await execa("git", ["rev-parse", ...refs], git);
  const store = await openSqliteStore<StateTables>({ path: join(folder, "state.db"), migrations: stateMigrations });
  return {
    folder,
    state: new StateManager({ store, now: Date.now }),
    repo: await openRepository(root),
    bases: stdout.split("\n").map(asCommitId),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

function commit(branch: string, files: Readonly<Record<string, string>>): string {
  const entries = Object.entries(files).map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`);
  const person = "A Person <person@example.com> 1700000000 +0000";
  return `commit refs/heads/${branch}\ncommitter ${person}\n${data("base")}${entries.join("")}\n`;
}

const data = (content: string): string => `data ${Buffer.byteLength(content)}\n${content}\n`;
