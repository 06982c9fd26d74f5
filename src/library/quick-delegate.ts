import { Tutti } from "./tutti.ts";
import type { Results, Subtask, TuttiOptions } from "./tutti-options.ts";
import type { WaitOptions } from "./wait-for-job.ts";

/** As `Tutti.quickDelegate`, for a program that does nothing else. */
export async function quickDelegate(
  tasks: readonly (string | Subtask)[],
  options: TuttiOptions & WaitOptions & { readonly goal?: string } = {},
): Promise<Results> {
  await using tutti = new Tutti(options);
  return await tutti.quickDelegate(tasks, options);
}
