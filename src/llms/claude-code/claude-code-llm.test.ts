import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { fakeClaudeService, type FakeClaudeService } from "../../../test/support/fake-claude-service.ts";
import { claudeCode } from "../../agents/claude-code/claude-code.ts";
import type { AgentAdapter, AgentSession } from "../../agents/port.ts";
import type { LlmAdapter, LlmAnswer, LlmRequest } from "../port.ts";
import { claudeCodeLlm } from "./claude-code-llm.ts";

let root = "";
let server: FakeClaudeService;
let adapter: LlmAdapter;
let opened: AgentSession[] = [];

const hook = (file: string) => ({ hooks: [{ type: "command", command: `touch ${join(root, file)}` }] });

/** A person with everything that must not reach the supervisor. */
async function writeHome(): Promise<void> {
  await mkdir(join(root, "home/.claude"), { recursive: true });
  const files = {
    "home/.claude/CLAUDE.md": "A person's memory.",
    "home/.claude/settings.json": JSON.stringify({ hooks: { UserPromptSubmit: [hook("hook-ran")] } }),
    "home/.claude.json": JSON.stringify({ mcpServers: { own: { command: "touch", args: [join(root, "mcp-ran")] } } }),
    "CLAUDE.md": "A folder's memory.",
    "secret.txt": "What no question may pull in.",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
}

const counted = (agent: AgentAdapter): AgentAdapter => ({
  ...agent,
  doOpen: async (launch) => {
    const session = await agent.doOpen(launch);
    opened.push(session);
    return session;
  },
});

beforeEach(async () => {
  opened = [];
  root = await realpath(await mkdtemp(join(tmpdir(), "tutti-claude-llm-")));
  vi.stubEnv("TMPDIR", root);
  await writeHome();
  server = await fakeClaudeService();
  const env = { HOME: join(root, "home"), ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: server.apiKey };
  const agent = claudeCode({ isModelOnly: true, settingSources: [], maxRetries: 1, maxRetryWaitMs: 0, env });
  adapter = claudeCodeLlm({ agent: counted(agent), model: "haiku", maxSessions: 1 });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await adapter.doClose();
  await server.stop();
  await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const ask = (prompt: string, own: Partial<LlmRequest> = {}): Promise<LlmAnswer> =>
  adapter.doGenerate({
    model: "haiku",
    prompt,
    maxOutputTokens: 100,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...own,
  });

describe("the Claude Code of this machine as a model", () => {
  it("sees the question alone: nothing of the one before, of the person or of files that are named", async () => {
    server.next({ says: "The first answer." });
    await ask(`The first question, @${join(root, "secret.txt")} @../CLAUDE.md`);
    server.next({ says: "The second answer." });
    expect(await ask("/clear is how the second begins")).toMatchObject({ text: "The second answer." });

    expect(opened).toHaveLength(1);
    const [first, second] = server.questions;
    expect(first?.text).toContain("The first question");
    expect(first?.text).not.toMatch(/What no question may pull in|memory/);
    expect(second?.text).toContain("/clear is how the second begins");
    expect(second?.text).not.toMatch(/The first/);
    expect(server.questions.map(({ tools }) => tools)).toEqual([[], []]);
    expect(["hook-ran", "mcp-ran", "home/.claude/projects"].filter((name) => existsSync(join(root, name)))).toEqual([]);
  });

  it("is ended with a question that is withdrawn, and answers the next", async () => {
    server.next({ hangs: true });
    const withdrawal = new AbortController();
    const asked = ask("Are you there?", { signal: withdrawal.signal });
    await expect.poll(() => server.questions.length, { timeout: 30_000 }).toBe(1);
    withdrawal.abort();
    expect(await asked).toMatchObject({ status: "failed", failure: { kind: "aborted" } });
    server.next({ says: "Yes." });
    expect(await ask("And now?")).toMatchObject({ status: "answered", text: "Yes." });
    expect(opened.map(({ isAlive }) => isAlive)).toEqual([false, true]);

    await adapter.doClose();
    expect(opened.filter(({ isAlive }) => isAlive)).toEqual([]);
    expect(readdirSync(root).filter((name) => name.startsWith("tutti-supervisor-"))).toEqual([]);
  });
});

describe("health", () => {
  it("is told without a question, by the program and its login", async () => {
    const { signal } = new AbortController();
    expect(await adapter.doCheckHealth(signal)).toMatchObject({
      isHealthy: true,
      detail: expect.stringMatching(/\d+\.\d+\.\d+.*API key/),
    });
    expect(server.questions).toEqual([]);
  });

  it("is bad without a login, with what to do", async () => {
    const environment = { HOME: join(root, "home") };
    const found = claudeCodeLlm({ agent: claudeCode({ environment }), model: "haiku" });
    expect(await found.doCheckHealth(new AbortController().signal)).toMatchObject({
      isHealthy: false,
      detail: "Claude Code login: none found",
      fix: expect.stringContaining("log in"),
    });
  });

  it("is bad without the program, and so is an answer", async () => {
    const agent = claudeCode({ executablePath: join(root, "claude") });
    const absent = claudeCodeLlm({ agent, model: "haiku" });
    const { signal } = new AbortController();
    expect(await absent.doCheckHealth(signal)).toMatchObject({ isHealthy: false, fix: expect.any(String) });
    adapter = absent;
    expect(await ask("Anybody?")).toMatchObject({
      status: "failed",
      failure: { kind: "refused", hint: expect.any(String) },
    });
  });
});
