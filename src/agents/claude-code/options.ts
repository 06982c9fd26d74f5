import type { SandboxSettings, SettingSource } from "@anthropic-ai/claude-agent-sdk";

export type ClaudeCodeOptions = {
  /** Absolute path of `claude`. Default: the one that comes with the Agent SDK, else `claude` on the PATH. */
  readonly executablePath?: string;
  /** Whose settings files count. Default `["project"]`: the repository's own. */
  readonly settingSources?: readonly SettingSource[];
  /** How often `claude` itself repeats a refused request before the refusal is an outcome. Default 2. */
  readonly maxRetries?: number;
  /** A longer wait before such a repeat ends the turn, so that the wait holds no slot. Default 10,000. */
  readonly maxRetryWaitMs?: number;
  /** What an agent's environment is chosen from, by an allow-list. Default: this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Added to the environment of every agent. */
  readonly env?: Readonly<Record<string, string>>;
  /** Tools that no agent gets. Default: what waits for a person, outlives the turn or leaves the slot. */
  readonly disallowedTools?: readonly string[];
  /** Laid over our own sandbox settings, for example `{ network: { allowedDomains: ["registry.npmjs.org"] } }`. */
  readonly sandbox?: SandboxSettings;
  /**
   * Nothing of a coding agent around the model: its system prompt is the launch's alone, a prompt is sent as it stands (no file that it
   * names by `@` is read), no MCP server is started and no transcript is kept. Default `false`.
   */
  readonly isModelOnly?: boolean;
  /** How long an interrupted turn may take to end before its process is killed. Default 3,000. */
  readonly interruptGraceMs?: number;
};

export type ClaudeCodeSettings = Required<Omit<ClaudeCodeOptions, "executablePath">> & {
  readonly executablePath: string | undefined;
};

const lonelyTools = [
  "AskUserQuestion",
  "CronCreate",
  "CronDelete",
  "CronList",
  "EnterPlanMode",
  "EnterWorktree",
  "ExitPlanMode",
  "ExitWorktree",
  "ListAgents",
  "ScheduleWakeup",
  "SendMessage",
  "Workflow",
];

export function withDefaults(options: ClaudeCodeOptions): ClaudeCodeSettings {
  return {
    settingSources: ["project"],
    maxRetries: 2,
    maxRetryWaitMs: 10_000,
    environment: process.env,
    env: {},
    disallowedTools: lonelyTools,
    sandbox: {},
    isModelOnly: false,
    interruptGraceMs: 3_000,
    ...options,
    executablePath: options.executablePath,
  };
}
