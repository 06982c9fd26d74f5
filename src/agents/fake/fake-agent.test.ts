import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, vi } from "vitest";
import { asSlotId } from "../../domain/ids.ts";
import { agentConformance, type AgentUnderTest } from "../../testing/agent-conformance.ts";
import { conformanceScript } from "../../testing/agent-conformance-scripts.ts";
import { fakeAgent } from "./fake-agent.ts";

// Most promises wait for a limit or for a process to start.
vi.setConfig({ maxConcurrency: 3 });

let slots = 0;

async function fakeUnderTest(): Promise<AgentUnderTest> {
  const root = await mkdtemp(join(tmpdir(), "tutti-fake-"));
  return {
    adapter: fakeAgent({ script: conformanceScript }),
    launch: async () => {
      slots += 1;
      const cwd = join(root, `s${slots}`);
      await mkdir(cwd);
      const slotId = asSlotId(`fake-${process.pid}-${slots}`);
      return { slotId, cwd, model: "sonnet", permissions: { mode: "edit", allow: [], sandbox: "off" } };
    },
    isKept: () => Promise.resolve(true),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

describe.concurrent("side by side", () => {
  agentConformance("fake", fakeUnderTest);
});
