import type { Environment } from "../compose.ts";
import type { Output } from "./output.ts";

/** What every command gets instead of globals. */
export type Cli = {
  readonly cwd: string;
  readonly env: Environment;
  readonly output: Output;
  /** Plans are not remarked on: whoever looks at the demo can't change its plan, which has a conflict on purpose. */
  readonly isDemo?: true;
};
