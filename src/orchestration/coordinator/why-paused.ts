import type { BudgetLevel } from "../../domain/budget/budget.ts";
import type { Job } from "../../domain/model.ts";
import { defaultAccount } from "../services.ts";
import { findSpent, type Spender } from "../budget/spending.ts";

/** What a paused job waits for. */
export type PauseReason =
  | { readonly kind: "person" }
  | {
      readonly kind: "quota";
      /** In the words of the model server. */
      readonly message: string;
      /** When the quota comes back, in milliseconds since the Unix epoch; `undefined` when nobody said. */
      readonly resetAt: number | undefined;
    }
  | {
      readonly kind: "budget";
      readonly level: BudgetLevel;
      readonly limitUsd: number;
      /** A turn's model has no price, so that nobody knows what is left. */
      readonly isUnknown: boolean;
    };

/** `undefined` when whatever it was is over: the job can go on. */
export async function whyPaused(services: Spender, job: Job): Promise<PauseReason | undefined> {
  if (job.isPauseRequested) return { kind: "person" };
  const spent = await findSpent(services, job);
  if (spent !== undefined) {
    const { level, limitUsd, spentUsd } = spent;
    return { kind: "budget", level, limitUsd, isUnknown: spentUsd === null };
  }
  const pause = await services.state.pauses.find(defaultAccount);
  return pause && { kind: "quota", message: pause.error.message, resetAt: pause.until };
}
