import type { PlanTask, TaskAccess } from "../plan/plan-schema.ts";
import type { AgentProfile } from "./agent-profile.ts";
import { accessOfTools } from "./tool-access.ts";

type Promises = Pick<PlanTask, "access" | "expectedOutputs">;

/** What the task itself says goes first. Whoever reads by its role writes the files that a task promises. */
export function taskAccess(
  { access, expectedOutputs }: Promises,
  profile: Pick<AgentProfile, "access"> | undefined,
): TaskAccess {
  if (access !== undefined) return access;
  return expectedOutputs.length > 0 ? "edit" : (profile?.access ?? "edit");
}

/** Why a task can't keep what it promises; `undefined` when it can. */
export function brokenPromise(
  { access, expectedOutputs }: Promises,
  profile: Pick<AgentProfile, "name" | "tools"> | undefined,
): string | undefined {
  if (expectedOutputs.length === 0) return undefined;
  if (access === "read") return "its access is read";
  const canWrite = profile === undefined || accessOfTools(profile.tools) === "edit";
  return canWrite ? undefined : `the tools of its agent ${profile.name} only read`;
}
