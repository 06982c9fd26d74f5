import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import { leaseTask, tip, type OpenState } from "../../state/state-manager.fixture.ts";

const proof = {
  snapshotCommit: tip,
  diff: { files: 1, added: 3, deleted: 0 },
  problems: [],
  verdict: { ok: true },
  gates: [],
} as const;

/** A task whose attempt waits for a person. */
export async function asks(open: OpenState, key: string, ask: Partial<BreakpointRequest>): Promise<void> {
  const { attempts } = open.state;
  const lease = await leaseTask(open, key);
  const { id } = await attempts.begin(lease, tip);
  await attempts.recordProof(lease, id, proof);
  const breakpoint = {
    kind: "before-merge",
    question: `May ${key}?`,
    context: { reasons: ["because"] },
    ...ask,
  } as const;
  await attempts.decide(lease, id, {
    ...{ action: "ask", reasons: ["because"], countsAsAttempt: false, resumeSession: false, delayMs: 0 },
    ...{ feedback: "it was so", breakpoint },
  });
  open.clock.now += 1;
}
