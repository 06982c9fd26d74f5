import type { Environment } from "../compose.ts";
import type { Output } from "./output.ts";

/** What every command gets instead of globals. */
export type Cli = { readonly cwd: string; readonly env: Environment; readonly output: Output };
