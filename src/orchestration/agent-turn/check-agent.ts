import type { AgentAdapter, AgentDiagnosis } from "../../agents/port.ts";
import { TuttiError } from "../../domain/errors.ts";

/**
 * Is there an agent, and may it work?
 * @returns what is weaker than it could be, such as a missing sandbox: it doesn't keep a job from starting
 * @throws {TuttiError} `AGENT_NOT_FOUND`, `AGENT_UNAUTHENTICATED`
 */
export async function agentWarnings(agents: Pick<AgentAdapter, "doDiagnose">): Promise<readonly AgentDiagnosis[]> {
  const diagnoses = (await agents.doDiagnose?.()) ?? [];
  const failed = diagnoses.find(({ status }) => status === "failed");
  if (failed === undefined) return diagnoses.filter(({ status }) => status === "warning");
  const code = /login|key|auth/i.test(failed.name) ? "AGENT_UNAUTHENTICATED" : "AGENT_NOT_FOUND";
  throw new TuttiError(code, `${failed.name}: ${failed.detail}`, failed.fix === undefined ? {} : { hint: failed.fix });
}
