import type { Options, SandboxSettings } from "@anthropic-ai/claude-agent-sdk";
import { readTools } from "../../domain/agent/subagent.ts";
import { defaultDeniedReads } from "../../domain/agent/denied-reads.ts";
import { toolOfRule } from "../../domain/agent/tool-access.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { AgentPermissions } from "../port.ts";
import { denyReadRules } from "./denied-reads.ts";
import { withoutLogin } from "./login-variables.ts";
import type { ClaudeCodeSettings } from "./options.ts";
import type { SandboxAvailability } from "./sandbox.ts";

/** What the agent reads when it asks for more than it may. */
export const denialMessage = (mode: AgentPermissions["mode"]): string =>
  mode === "read"
    ? "Denied: this task may only read. Nobody can be asked. Go on without it and say in your result what you could not do."
    : "Denied by this project's permissions. Nobody can be asked. Go on without it, inside the working directory, and say in your result what you could not do.";

function sandboxSettings(
  { mode, sandbox }: AgentPermissions,
  availability: SandboxAvailability,
  { sandbox: extra, environment, env }: ClaudeCodeSettings,
): SandboxSettings | undefined {
  if (sandbox === "off") return undefined;
  if (!availability.isAvailable) {
    if (sandbox === "auto") return undefined;
    throw new TuttiError("SETUP_FAILED", `The sandbox is required and not available: ${availability.detail}.`, {
      hint: availability.fix,
    });
  }
  return {
    enabled: true,
    // The sandbox lets commands write in the slot: who may only read needs a rule for each command.
    autoAllowBashIfSandboxed: mode === "edit",
    // Else the agent could leave the sandbox by a parameter of its own tool call, or by a command that the project names.
    allowUnsandboxedCommands: false,
    excludedCommands: [],
    failIfUnavailable: true,
    ...extra,
    credentials: withoutLogin({ ...environment, ...env }, extra.credentials),
  };
}

/** What `canUseTool` knows of a call that the mode and the rules left open. */
export type OpenCall = { readonly tool: string; readonly isAskedByRule: boolean };

/**
 * Whether an open call may go ahead. Claude Code asks for commands that it can't read before they run (groups, loops) even
 * where the sandbox confines them; a person's own rule to ask is kept.
 */
export const mayGoAhead = ({ sandbox }: Pick<Options, "sandbox">, { tool, isAskedByRule }: OpenCall): boolean =>
  tool === "Bash" && !isAskedByRule && sandbox?.enabled === true && sandbox.autoAllowBashIfSandboxed === true;

/**
 * The start options that carry a launch's permissions. Never a mode that skips questions: what the mode, the rules and
 * the project's own settings don't allow goes to `canUseTool`.
 * @throws {TuttiError} `SETUP_FAILED` when a required sandbox is missing
 */
export function permissionOptions(
  permissions: AgentPermissions,
  settings: ClaudeCodeSettings,
  availability: SandboxAvailability,
): Pick<Options, "permissionMode" | "tools" | "settings" | "disallowedTools" | "sandbox"> {
  const { mode, allow, deniedReads = defaultDeniedReads } = permissions;
  const deny = denyReadRules(deniedReads, { ...settings.environment, ...settings.env });
  const sandbox = sandboxSettings(permissions, availability, settings);
  const isReadOnly = mode === "read";
  return {
    permissionMode: isReadOnly ? "default" : "acceptEdits",
    settings: { permissions: { allow: [...allow], deny: [...deny] } },
    disallowedTools: [...settings.disallowedTools],
    ...(isReadOnly ? { tools: [...new Set([...readTools, ...allow.map(toolOfRule)])] } : {}),
    ...(sandbox === undefined ? {} : { sandbox }),
  };
}
