import type { Environment } from "../compose.ts";
import type { Output } from "./output.ts";
import type { Terminal } from "./terminal.ts";

/** What every command gets instead of globals. */
export type Cli = {
  readonly cwd: string;
  readonly env: Environment;
  readonly output: Output;
  /** Absent where nobody can be asked. */
  readonly terminal?: Terminal;
  /** Plans are not remarked on: whoever looks at the demo can't change its plan, which has a conflict on purpose. */
  readonly isDemo?: true;
};
