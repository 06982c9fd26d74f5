import { randomUUID } from "node:crypto";
import type { Options } from "@anthropic-ai/claude-agent-sdk";
import type { AgentAdapter, AgentLaunch, AgentSession } from "../port.ts";
import { ClaudeSession } from "./claude-session.ts";
import { ClaudeStream } from "./claude-stream.ts";
import { diagnose } from "./diagnose.ts";
import { agentEnvironment } from "./environment.ts";
import { findExecutable } from "./executable.ts";
import { launchKeyOf } from "./launch-key.ts";
import { withDefaults, type ClaudeCodeOptions, type ClaudeCodeSettings } from "./options.ts";
import { denialMessage, permissionOptions } from "./permissions.ts";
import { sandboxAvailability } from "./sandbox.ts";
import { toolOptions } from "./tool-options.ts";

/** Claude Code through the Agent SDK: one live `claude` process for each session, with a streaming input. */
export function claudeCode(options: ClaudeCodeOptions = {}): AgentAdapter {
  const settings = withDefaults(options);
  return {
    specVersion: 1,
    id: "claude-code",
    doOpen: (launch) => open(settings, launch),
    doWarmUp: async () => {
      await Promise.all([sandboxAvailability(), sdk()]);
    },
    doDiagnose: () => diagnose(settings),
  };
}

/** Large: whoever never opens an agent should not wait for it. */
const sdk = () => import("@anthropic-ai/claude-agent-sdk");

async function open(settings: ClaudeCodeSettings, launch: AgentLaunch): Promise<AgentSession> {
  const executable = findExecutable(settings.executablePath);
  const mark = randomUUID();
  const options: Options = {
    ...(await startOptions(settings, launch)),
    pathToClaudeCodeExecutable: executable.path,
    env: agentEnvironment(settings.environment, settings, { ...launch, mark }),
  };
  const { query } = await sdk();
  const stream = new ClaudeStream(query, {
    options,
    mark,
    denialMessage: denialMessage(launch.permissions.mode),
    interruptGraceMs: settings.interruptGraceMs,
    isVerbatim: settings.isModelOnly,
  });
  await stream.process.started();
  const { maxRetryWaitMs, isModelOnly: isVerbatim } = settings;
  return new ClaudeSession(stream, { launchKey: launchKeyOf(launch, settings), maxRetryWaitMs, isVerbatim });
}

async function startOptions(settings: ClaudeCodeSettings, launch: AgentLaunch): Promise<Options> {
  const { cwd, model, effort, systemPrompt, resultSchema, permissions, maxConversationCostUsd } = launch;
  const withEnv = { ...settings, env: { ...settings.env, ...launch.env } };
  const permitted = permissionOptions(permissions, withEnv, await sandboxAvailability());
  return {
    cwd,
    model,
    ...(effort === undefined ? {} : { effort }),
    ...(maxConversationCostUsd === undefined ? {} : { maxBudgetUsd: maxConversationCostUsd }),
    settingSources: [...settings.settingSources],
    ...(settings.isModelOnly ? modelOnly(systemPrompt) : { systemPrompt: agentPrompt(systemPrompt) }),
    // Between two messages of a long answer nothing else tells that the agent lives, or what it has used.
    includePartialMessages: true,
    ...permitted,
    ...toolOptions(launch, permitted),
    ...(resultSchema === undefined ? {} : { outputFormat: { type: "json_schema", schema: { ...resultSchema } } }),
    ...conversationOptions(launch),
  };
}

const agentPrompt = (append: string | undefined): NonNullable<Options["systemPrompt"]> => ({
  type: "preset",
  preset: "claude_code",
  ...(append === undefined ? {} : { append }),
});

const modelOnly = (systemPrompt = ""): Partial<Options> => ({
  systemPrompt,
  strictMcpConfig: true,
  persistSession: false,
});

function conversationOptions({ resume, forkOf }: AgentLaunch): Pick<Options, "resume" | "forkSession"> {
  if (forkOf !== undefined) return { resume: forkOf, forkSession: true };
  return resume === undefined ? {} : { resume };
}
