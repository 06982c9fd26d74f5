import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

import { fakeClaudeService } from "../../../test/support/fake-claude-service.ts";
import { claudeCode } from "../../agents/claude-code/claude-code.ts";
import { llmServerConformance } from "../../testing/llm-conformance.ts";
import { claudeCodeLlm } from "./claude-code-llm.ts";

const server = await fakeClaudeService();
const home = mkdtempSync(join(tmpdir(), "tutti-claude-llm-"));
const env = { HOME: home, ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: server.apiKey };

/** Starting takes longer than answering: one adapter for all promises, closed in the end. */
const shared = claudeCodeLlm({
  agent: claudeCode({ isModelOnly: true, settingSources: [], maxRetries: 1, maxRetryWaitMs: 0, env }),
  model: "haiku",
  maxSessions: 4,
  redact: (text) => text.replaceAll(server.apiKey, "[redacted]"),
});

afterAll(async () => {
  await shared.doClose();
  await shared.doClose();
  await server.stop();
  await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

// Whether the service answers can't be told without a question, which costs.
const knownFailures = ["LLM-34"];

llmServerConformance(
  "the real Claude Code",
  async () => {
    await server.restart();
    const adapter = { ...shared, doClose: () => Promise.resolve() };
    return { adapter, model: "haiku", server, remove: () => Promise.resolve() };
  },
  knownFailures,
);
