import type { DecisionMeans, Mean } from "../../domain/decide/attempt-evidence.ts";
import { decisionSettings } from "../decision-evidence.ts";
import type { AttemptStep, JobDesk } from "../desk.ts";

/** Who could be asked about an attempt, before anybody knows whether that is needed. */
export async function meansFor(desk: JobDesk, { lease }: AttemptStep): Promise<DecisionMeans> {
  const decisions = await desk.services.state.decisions.ofTask(lease.taskId);
  const answered = decisions.filter(({ decision }) => decision.action === "clarify").length;
  return { clarify: clarifyMean(desk, answered) };
}

const notThere = (why: string): Mean => ({ isThere: false, why });

function clarifyMean(desk: JobDesk, answered: number): Mean {
  const { maxClarifications } = decisionSettings(desk);
  if (desk.services.supervisor === undefined) return notThere("no supervisor model is configured");
  if (answered < maxClarifications) return { isThere: true };
  return notThere(
    `${answered} questions of this task were answered, and decisions.maxClarifications is ${maxClarifications}`,
  );
}
