import { TuttiError } from "../domain/errors.ts";

/** An amount that is none would be a limit that nobody can hold, or that everybody waits for. @throws {TuttiError} `ENGINE_FLOW_MISUSED` */
export function checkAmount(call: string, amountUsd: number | undefined): void {
  if (amountUsd === undefined || Number.isFinite(amountUsd)) return;
  throw new TuttiError(
    "ENGINE_FLOW_MISUSED",
    `${call}: maxCostUsd is ${String(amountUsd)}, which is no amount of money`,
    {
      failureClass: "bug",
      hint: "Give a number of US dollars; where there is no limit, leave it out",
    },
  );
}
