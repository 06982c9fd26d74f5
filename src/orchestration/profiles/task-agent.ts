import type { AgentLaunch } from "../../agents/port.ts";
import type { AgentProfile } from "../../domain/agent/agent-profile.ts";
import { findProfile, profileSet, type ProfileSet } from "../../domain/agent/profile-set.ts";
import { subagentOf } from "../../domain/agent/subagent.ts";
import { taskAccess } from "../../domain/agent/task-access.ts";
import type { TaskId } from "../../domain/ids.ts";
import type { Job } from "../../domain/model.ts";
import type { TaskAccess, TaskSpec } from "../../domain/plan/task-spec.ts";
import type { Services } from "../services.ts";
import { readProfiles } from "./read-profiles.ts";

type ProfileDesk = { readonly services: Pick<Services, "repo">; readonly job: Pick<Job, "baseCommit" | "options"> };

/** The agent that a task asks for, as its job's base commit and settings have it. */
export type TaskAgent = {
  /** Absent: the plain one, also where a job names what is no profile. */
  readonly profile?: AgentProfile;
  readonly subagents: readonly AgentProfile[];
  readonly access: TaskAccess;
};

/** Those that a job may name. @throws {TuttiError} `GIT_FAILED` */
export async function profilesOf({ services, job }: ProfileDesk): Promise<ProfileSet> {
  return profileSet(await readProfiles(services.repo, job.baseCommit), job.options.agents);
}

type Asked = Pick<TaskSpec, "agent" | "access" | "subagents" | "expectedOutputs">;

export async function agentOfTask(desk: ProfileDesk, spec: Asked): Promise<TaskAgent> {
  const { agent, subagents = [] } = spec;
  if (agent === undefined && subagents.length === 0) return { subagents: [], access: taskAccess(spec, undefined) };
  const set = await profilesOf(desk);
  const profile = agent === undefined ? undefined : findProfile(set, agent);
  return {
    ...(profile === undefined ? {} : { profile }),
    subagents: subagents.flatMap((name) => findProfile(set, name) ?? []),
    access: taskAccess(spec, profile),
  };
}

/** Whether nothing of a task is to be merged. */
export async function isReadOnly(
  desk: ProfileDesk & { readonly services: Pick<Services, "state"> },
  taskId: TaskId,
): Promise<boolean> {
  const { spec } = await desk.services.state.tasks.get(taskId);
  return (await agentOfTask(desk, spec)).access === "read";
}

/** What of an agent's launch comes from its profile; its model is chosen with the attempt's number. */
export function launchOf({
  profile,
  subagents,
  access,
}: TaskAgent): Pick<AgentLaunch, "systemPrompt" | "effort" | "tools" | "disallowedTools" | "subagents"> {
  const { prompt = "", effort, tools, disallowedTools } = profile ?? {};
  return {
    ...(prompt === "" ? {} : { systemPrompt: prompt }),
    ...(effort === undefined ? {} : { effort }),
    ...(tools === undefined ? {} : { tools }),
    ...(disallowedTools === undefined ? {} : { disallowedTools }),
    ...(subagents.length === 0 ? {} : { subagents: subagents.map((each) => subagentOf(each, access)) }),
  };
}
