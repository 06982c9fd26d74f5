import type { AgentPermissions } from "../../agents/port.ts";
import type { AgentSettings } from "../../domain/settings.ts";

/** What an agent of a job may do. */
export const launchPermissions = (
  { sandbox, deniedReads }: AgentSettings,
  mode: AgentPermissions["mode"],
  allow: readonly string[] = [],
): AgentPermissions => ({ mode, allow, sandbox, ...(deniedReads === undefined ? {} : { deniedReads }) });
