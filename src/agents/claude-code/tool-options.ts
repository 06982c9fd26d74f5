import type { AgentDefinition, Options } from "@anthropic-ai/claude-agent-sdk";
import { readingTools, type Subagent } from "../../domain/agent/subagent.ts";
import { toolOfRule } from "../../domain/agent/tool-access.ts";
import type { AgentLaunch } from "../port.ts";

/** With it an agent calls its subagents. */
const callTool = "Agent";

/**
 * The start options that carry a launch's own choice of tools, over those that its permissions come to. A list can't give an agent
 * that may only read what changes files.
 */
export function toolOptions(
  { tools, disallowedTools = [], subagents = [], permissions }: AgentLaunch,
  given: Pick<Options, "tools" | "disallowedTools">,
): Pick<Options, "tools" | "disallowedTools" | "agents"> {
  const own = permissions.mode === "read" && tools !== undefined ? readingTools(tools) : tools;
  const named = own?.map(toolOfRule) ?? (Array.isArray(given.tools) ? given.tools : undefined);
  const call = subagents.length === 0 ? [] : [callTool];
  return {
    ...(named === undefined ? {} : { tools: [...new Set([...named, ...call])] }),
    disallowedTools: [...new Set([...(given.disallowedTools ?? []), ...disallowedTools])],
    ...(subagents.length === 0 ? {} : { agents: Object.fromEntries(subagents.map(definitionOf)) }),
  };
}

const definitionOf = ({ name, tools, disallowedTools, ...rest }: Subagent): [string, AgentDefinition] => [
  name,
  {
    ...rest,
    ...(tools === undefined ? {} : { tools: [...tools] }),
    ...(disallowedTools === undefined ? {} : { disallowedTools: [...disallowedTools] }),
  },
];
