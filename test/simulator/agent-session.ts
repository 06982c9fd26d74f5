import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { query, type Options, type SDKMessage, type SDKResultMessage } from "@anthropic-ai/claude-agent-sdk";
import type { Simulator } from "../../src/simulator/index.ts";

/** A private home and working directory for one real `claude`; removed on disposal. */
export type Sandbox = AsyncDisposable & { readonly home: string; readonly cwd: string };

export async function makeSandbox(): Promise<Sandbox> {
  const root = await mkdtemp(join(tmpdir(), "tutti-simulator-"));
  const made = { home: join(root, "home"), cwd: join(root, "work") };
  await Promise.all([mkdir(made.home), mkdir(made.cwd)]);
  return {
    ...made,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

export const agentEnv = (sandbox: Sandbox, url: string): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  HOME: sandbox.home,
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_API_KEY: "sk-ant-test",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
});

export const agentOptions = (sandbox: Sandbox, simulator: Simulator, options: Options = {}): Options => ({
  cwd: sandbox.cwd,
  model: "sonnet",
  permissionMode: "acceptEdits",
  settingSources: [],
  ...options,
  env: { ...agentEnv(sandbox, simulator.url), ...options.env },
});

export type Spoken = {
  readonly messages: readonly SDKMessage[];
  readonly result: SDKResultMessage | undefined;
  /** What the SDK threw at the end, if it did. */
  readonly thrown: unknown;
};

/** Runs one prompt to its end and keeps everything that came. */
export async function speak(prompt: string, options: Options): Promise<Spoken> {
  const messages: SDKMessage[] = [];
  let thrown: unknown;
  try {
    for await (const message of query({ prompt, options })) messages.push(message);
  } catch (error) {
    thrown = error;
  }
  const result = messages.findLast((message) => message.type === "result");
  return { messages, result, thrown };
}

/** As `speak`, with a hand on the process: `kill` ends it at once, as a crash would. */
export function speakUntilKilled(prompt: string, options: Options): { spoken: Promise<Spoken>; kill: () => void } {
  let child: ChildProcess | undefined;
  const spawnClaudeCodeProcess: Options["spawnClaudeCodeProcess"] = ({ command, args, cwd, env }) => {
    const made = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "ignore"], detached: true });
    child = made;
    return made;
  };
  return {
    spoken: speak(prompt, { ...options, spawnClaudeCodeProcess }),
    kill: () => {
      if (child?.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    },
  };
}

/**
 * What the agent has written of its conversations. It writes a moment after the fact: a kill in between loses the last
 * exchange, and a resumed session asks for that turn again.
 */
export async function transcripts({ home }: Sandbox): Promise<string> {
  const files = await readdir(join(home, ".claude", "projects"), { recursive: true, withFileTypes: true });
  const sessions = files.filter(({ name }) => name.endsWith(".jsonl"));
  const texts = await Promise.all(sessions.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")));
  return texts.join("");
}

export const sessionOf = ({ messages }: Spoken): string => {
  const [first] = messages;
  if (first === undefined) throw new Error("The session never began");
  return first.session_id ?? "";
};

/** One long-lived process that takes prompt after prompt, as a warm slot does. */
export class LiveSession {
  readonly #prompts = new PassThrough({ objectMode: true });
  readonly #messages: AsyncIterator<SDKMessage>;

  constructor(options: Options) {
    this.#messages = query({ prompt: this.#prompts, options });
  }

  /** Sends a prompt or a command and waits for its result. */
  async say(text: string): Promise<SDKResultMessage> {
    this.#prompts.write({ type: "user", message: { role: "user", content: text }, parent_tool_use_id: null });
    for (;;) {
      const { value, done } = await this.#messages.next();
      if (done === true) throw new Error("The session ended before it answered");
      if (value.type === "result") return value;
    }
  }

  async close(): Promise<void> {
    this.#prompts.end();
    for (;;) if ((await this.#messages.next()).done === true) return;
  }
}
