import { glob, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, vi } from "vitest";
import { asSlotId } from "../../domain/ids.ts";
import { startSimulator } from "../../simulator/index.ts";
import { agentConformance, type AgentUnderTest } from "../../testing/agent-conformance.ts";
import { conformanceScenario } from "../../testing/agent-conformance-scripts.ts";
import { claudeCode } from "./claude-code.ts";

// Most promises wait for a limit or for a process to start.
vi.setConfig({ maxConcurrency: 3 });

let slots = 0;

async function claudeUnderTest(): Promise<AgentUnderTest> {
  const root = await mkdtemp(join(tmpdir(), "tutti-claude-"));
  const simulator = await startSimulator({ scenario: conformanceScenario() });
  await mkdir(join(root, "home"));
  return {
    adapter: claudeCode({
      maxRetries: 1,
      env: {
        HOME: join(root, "home"),
        ANTHROPIC_BASE_URL: simulator.url,
        // With a login instead of a key, Claude Code tells when a used-up quota comes back.
        CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-test",
      },
    }),
    launch: async () => {
      slots += 1;
      const cwd = join(root, `s${slots}`);
      await mkdir(cwd);
      const slotId = asSlotId(`claude-${process.pid}-${slots}`);
      return { slotId, cwd, model: "sonnet", permissions: { mode: "edit", allow: [], sandbox: "off" } };
    },
    // Claude Code writes its transcripts a moment after it tells of what is in them.
    isKept: async (sessionId) => {
      for await (const file of glob(join(root, "home/.claude/projects/*", `${sessionId}.jsonl`))) {
        if ((await readFile(file, "utf8")).includes("tool_result")) return true;
      }
      return false;
    },
    remove: async () => {
      await simulator.close();
      await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

describe.concurrent("side by side", () => {
  agentConformance("claude-code", claudeUnderTest);
});
