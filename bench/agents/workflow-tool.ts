import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { query, type Options, type SDKMessage, type SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import { InputQueue } from "../../src/agents/claude-code/input-queue.ts";
import type { Contender, Sample } from "../harness/contender.ts";
import { benchRepository, type BenchRepository } from "./bench-repository.ts";
import type { ModelServer } from "./model-server.ts";
import { expectFiles, isolatedWorkflowPrompt, workflowPrompt, type TrivialTask } from "./trivial-task.ts";

export type WorkflowTool = {
  readonly name: string;
  readonly model: ModelServer;
  readonly tasks: readonly TrivialTask[];
  /** Each agent in a git worktree of its own (its option `isolation`); else all in the checkout. */
  readonly isIsolated: boolean;
};

/**
 * Claude Code's own `Workflow` tool: one process that runs all agents inside itself, as many at once as it sees fit.
 * `msPerTask` counts from the prompt in a process that has already answered once, `msPerTaskFromStart` from its start.
 */
export const workflowTool = ({ name, model, tasks, isIsolated }: WorkflowTool): Contender => ({
  name,
  measure: async () => {
    await using repository = await benchRepository(model);
    const sample = await measure(repository, tasks, isIsolated ? isolatedWorkflowPrompt : workflowPrompt);
    await (isIsolated ? expectWorktrees(repository.root, tasks) : expectFiles(repository.root, tasks));
    return sample;
  },
});

async function measure(repository: BenchRepository, tasks: readonly TrivialTask[], prompt: string): Promise<Sample> {
  const input = new InputQueue<SDKUserMessage>();
  const options: Options = {
    cwd: repository.root,
    model: "sonnet",
    permissionMode: "acceptEdits",
    allowedTools: ["Workflow"],
    env: repository.agentEnv,
  };
  const startedAt = performance.now();
  const messages = query({ prompt: input, options });
  input.push(said("Hello?"));
  await nextMessage(messages, ({ type }) => type === "result");
  const askedAt = performance.now();
  input.push(said(prompt));
  await nextMessage(messages, isCompletion);
  const endedAt = performance.now();
  input.end();
  messages.close();
  return {
    msPerTask: (endedAt - askedAt) / tasks.length,
    msPerTaskFromStart: (endedAt - startedAt) / tasks.length,
  };
}

const said = (text: string): SDKUserMessage => ({
  type: "user",
  message: { role: "user", content: text },
  parent_tool_use_id: null,
});

function isCompletion(message: SDKMessage): boolean {
  if (message.type !== "system" || message.subtype !== "task_notification") return false;
  if (message.status !== "completed") throw new Error(`The workflow ended as ${message.status}: ${message.summary}`);
  return true;
}

async function nextMessage(
  messages: AsyncIterator<SDKMessage>,
  isWanted: (message: SDKMessage) => boolean,
): Promise<void> {
  for (;;) {
    const next = await messages.next();
    if (next.done === true) throw new Error("Claude Code ended early");
    if (isWanted(next.value)) return;
  }
}

/** What an agent changed stays in its worktree; who wants it in one place has to merge it. */
async function expectWorktrees(root: string, tasks: readonly TrivialTask[]): Promise<void> {
  const folder = join(root, ".claude", "worktrees");
  const found = await Promise.all(
    (await readdir(folder)).map((name) => readdir(join(folder, name, "out")).catch(() => [])),
  );
  const files = found.flat().length;
  if (files !== tasks.length) throw new Error(`${files} of ${tasks.length} files are in worktrees`);
}
