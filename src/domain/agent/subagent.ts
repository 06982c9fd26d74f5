import type { TaskAccess } from "../plan/plan-schema.ts";
import type { AgentProfile } from "./agent-profile.ts";
import { toolOfRule, writingTools } from "./tool-access.ts";

/** What an agent may call within its own session. */
export type Subagent = Pick<
  AgentProfile,
  "name" | "description" | "prompt" | "model" | "effort" | "tools" | "disallowedTools"
>;

/** Tools that look and do not change. */
export const readTools: readonly string[] = ["Read", "Grep", "Glob"];

/** @param access - of the task whose agent calls it: a subagent of who may only read may only read */
export function subagentOf(profile: AgentProfile, access: TaskAccess): Subagent {
  const { name, description, model, effort, disallowedTools } = profile;
  const prompt = profile.prompt === "" ? description : profile.prompt;
  const tools = toolsOf(profile, access);
  return {
    name,
    description,
    prompt,
    ...(model === undefined ? {} : { model }),
    ...(effort === undefined ? {} : { effort }),
    ...(tools === undefined ? {} : { tools }),
    ...(disallowedTools === undefined ? {} : { disallowedTools }),
  };
}

/** Beside an agent that may edit, commands run unasked. */
function toolsOf({ access: own, tools }: AgentProfile, access: TaskAccess): AgentProfile["tools"] {
  if (access === "read") return readingTools(tools);
  return own === "read" ? readingTools(tools).filter((tool) => toolOfRule(tool) !== "Bash") : tools;
}

/** A shell stays where it is listed: to an agent that may only read it is allowed command by command. */
export const readingTools = (tools: readonly string[] = readTools): readonly string[] =>
  tools.filter((tool) => !writingTools.includes(toolOfRule(tool)));
