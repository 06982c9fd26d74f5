import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import type { JobId } from "../../domain/ids.ts";
import type { Tx } from "../append-events.ts";
import { openBreakpoint } from "../breakpoints/open-breakpoint.ts";
import { jobFromRow } from "../rows.ts";

type Asking = { readonly at: number; readonly ask: BreakpointRequest | undefined };

/** Once for each plan: a job that is taken up again waits for the same answer, or has it already. */
export async function askAboutPlan(tx: Tx, jobId: JobId, { at, ask }: Asking): Promise<void> {
  const asked = await tx
    .selectFrom("breakpoints")
    .select("id")
    .where("job_id", "=", jobId)
    .where("kind", "=", "plan")
    .where("status", "!=", "superseded")
    .executeTakeFirst();
  if (asked !== undefined) return;
  const { goal, plan } = jobFromRow(
    await tx.selectFrom("jobs").selectAll().where("id", "=", jobId).executeTakeFirstOrThrow(),
  );
  const tasks = plan?.tasks.map(({ key, title }) => `${key}: ${title}`) ?? [];
  const usual: BreakpointRequest = {
    kind: "plan",
    question: `Carry out the plan for "${goal}"?`,
    context: { reasons: [...(plan === undefined ? [] : [plan.summary]), ...tasks] },
  };
  await openBreakpoint(tx, ask ?? usual, { subject: { jobId }, at });
}
