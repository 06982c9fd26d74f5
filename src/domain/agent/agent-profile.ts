import type { TaskAccess } from "../plan/plan-schema.ts";

/** What an agent is: its role in words, what it may use, and how it thinks. A task, a workflow or another agent names it. */
export type AgentProfile = {
  readonly name: string;
  /** When to use it: what a manager, and an agent that may call it, is told. */
  readonly description: string;
  /** Appended to the agent's own system prompt. May be empty. */
  readonly prompt: string;
  /** Alias or full name. Absent: the model that the task would have without a profile. */
  readonly model?: string;
  readonly effort?: EffortLevel;
  /** Names of all the tools that it has. Absent: those that its access allows. */
  readonly tools?: readonly string[];
  /** Tools that it does not have. */
  readonly disallowedTools?: readonly string[];
  /** `read`: it looks and does not change. */
  readonly access: TaskAccess;
  readonly origin: ProfileOrigin;
  /** Where it stands, relative to the repository; absent for one that stands in no file of its own. */
  readonly file?: string;
};

export type EffortLevel = "low" | "medium" | "high" | "xhigh" | "max";

const profileOrigins = ["built-in", "project", "config"] as const;
export type ProfileOrigin = (typeof profileOrigins)[number];

/** What the settings say of a profile: over one that is known, field by field, or a new one. */
export type ProfileSettings = Partial<
  Pick<AgentProfile, "description" | "prompt" | "model" | "effort" | "tools" | "disallowedTools" | "access">
>;

/** By name. */
export type AgentsSettings = Readonly<Record<string, ProfileSettings>>;

/** Where a project keeps its profiles, in the form of Claude Code's own agent files. */
export const profileFolder = ".claude/agents";
