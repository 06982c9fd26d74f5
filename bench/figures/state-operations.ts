import { leaseTask, openState, tip } from "../../src/state/state-manager.fixture.ts";

const outcome = { status: "finished", text: "done", usage: {}, durationMs: 1, permissionDenials: [] } as const;

/** Milliseconds of each command and query on a job of so many tasks. */
export async function stateOperations(count: number): Promise<readonly number[]> {
  await using open = await openState(Array.from({ length: count }, (_, index) => ({ key: `t${index}` })));
  const { state, jobId } = open;
  const times: number[] = [];
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const value = await work();
    times.push(performance.now() - startedAt);
    return value;
  };
  for (let index = 0; index < count; index += 1) {
    const lease = await timed(() => leaseTask(open, `t${index}`));
    const { id } = await timed(() => state.attempts.begin(lease, tip));
    const change = { kind: "added", path: "a", size: 1, hash: "0", at: 1 } as const;
    const watch = { attemptId: id, mode: "directories", trouble: undefined, dropped: 0 } as const;
    await timed(() => state.fileChanges.record(lease, watch, [change]));
    await timed(() => state.attempts.recordOutcome(lease, id, outcome));
    await timed(() => state.tasks.list(jobId));
    await timed(() => state.events.read({ jobId, after: 0, limit: 100 }));
  }
  return times;
}
