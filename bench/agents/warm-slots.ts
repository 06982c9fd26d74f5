import { join } from "node:path";
import type { AgentLaunch } from "../../src/agents/port.ts";
import { claudeCode } from "../../src/agents/claude-code/claude-code.ts";
import { asAttemptId, asJobId, asSlotId, type CommitId } from "../../src/domain/ids.ts";
import { AgentPool } from "../../src/orchestration/workers/agent-pool.ts";
import { attemptRef, createSlot, moveSlot, openRepository, snapshot, type Slot } from "../../src/workspace/index.ts";
import type { Contender, Sample } from "../harness/contender.ts";
import { benchRepository, type BenchRepository } from "./bench-repository.ts";
import type { ModelServer } from "./model-server.ts";
import { expectFiles, type TrivialTask } from "./trivial-task.ts";

export type WarmSlots = {
  readonly name: string;
  readonly model: ModelServer;
  readonly tasks: readonly TrivialTask[];
  /** Slots with a live agent each. */
  readonly slots: number;
  /** After each task: snapshot into the repository, slot back to the base commit. */
  readonly isIsolated: boolean;
};

const job = asJobId("bench");
const limits = { timeoutMs: 60_000, stallTimeoutMs: 60_000 };

/** Our slots: one streaming-input `claude` in each, `/clear` between tasks. The first task of a slot isn't counted. */
export const warmSlots = (options: WarmSlots): Contender => ({
  name: options.name,
  measure: async () => {
    await using repository = await benchRepository(options.model);
    const pool = new AgentPool(claudeCode({ env: repository.agentEnv }));
    try {
      return await measure(options, repository, pool);
    } finally {
      await pool.close();
    }
  },
});

async function measure(
  { tasks, slots, isIsolated }: WarmSlots,
  project: BenchRepository,
  pool: AgentPool,
): Promise<Sample> {
  const repo = await openRepository(project.root);
  const base = repo.head;
  const made = await Promise.all(
    Array.from({ length: slots }, (_, index) => {
      const slotId = asSlotId(`s${index}`);
      return createSlot({ repo, path: join(project.home, "slots", slotId), slotId, base, jobId: job });
    }),
  );
  await Promise.all(made.map((slot) => turn(pool, slot, "Hello?")));
  const queue = [...tasks];
  const startedAt = performance.now();
  await Promise.all(
    made.map(async (slot) => {
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
        await turn(pool, slot, task.prompt);
        await expectFiles(slot.path, [task]);
        if (isIsolated) await isolate(slot, task, base);
      }
    }),
  );
  return { msPerTask: (performance.now() - startedAt) / tasks.length };
}

async function turn(pool: AgentPool, slot: Slot, prompt: string): Promise<void> {
  const { session } = await pool.checkOut(launchIn(slot));
  const outcome = await session.doTurn({ ...limits, prompt, onEvent: () => {}, signal: new AbortController().signal });
  if (outcome.status === "failed") throw new Error(`The agent failed: ${outcome.failure.error.message}`);
}

const launchIn = (slot: Slot): AgentLaunch => ({
  slotId: slot.slotId,
  cwd: slot.path,
  model: "sonnet",
  permissions: { mode: "edit", allow: [], sandbox: "off" },
});

async function isolate(slot: Slot, task: TrivialTask, base: CommitId): Promise<void> {
  const ref = attemptRef(job, asAttemptId(`bench/${task.key}/1`));
  const { changedFiles } = await snapshot(slot, { ref, parent: base, message: task.key });
  if (changedFiles.length !== 1) throw new Error(`The snapshot of ${task.key} holds ${changedFiles.length} files`);
  await moveSlot(slot, { to: base, jobId: job });
}
