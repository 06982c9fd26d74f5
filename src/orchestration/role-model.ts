import type { AgentLaunch } from "../agents/port.ts";
import type { JobSettings } from "../domain/settings.ts";

/** Which model a role's agent is started with. */
export function roleModel(
  { models, efforts }: JobSettings,
  role: keyof JobSettings["models"],
): Pick<AgentLaunch, "model" | "effort"> {
  const effort = efforts[role];
  return { model: models[role], ...(effort === undefined ? {} : { effort }) };
}
