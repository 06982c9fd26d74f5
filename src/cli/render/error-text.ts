import { errorToJson, TuttiError, type ErrorCode } from "../../domain/errors.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Output } from "../output.ts";
import { noStyle, type Style } from "./style.ts";
import { oneLine } from "./terminal-text.ts";

/** Mistakes of the call, the files it names or the machine it runs on: nothing was started. */
const usageCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "AGENT_NOT_FOUND",
  "AGENT_UNAUTHENTICATED",
  "BREAKPOINT_INVALID",
  "BREAKPOINT_UNKNOWN",
  "CHECKPOINT_UNKNOWN",
  "CONFIG_INVALID",
  "GOAL_EMPTY",
  "INPUT_INVALID",
  "JOB_BUSY",
  "JOB_UNKNOWN",
  "MODEL_UNKNOWN",
  "MODEL_UNPRICED",
  "NOT_A_REPOSITORY",
  "NO_COMMIT",
  "PLAN_CYCLE",
  "PLAN_INVALID",
  "PLUGIN_INVALID",
  "SCENARIO_INVALID",
  "TASK_UNKNOWN",
  "TEMPLATE_INVALID",
  "WORKFLOW_CHANGED",
  "WORKFLOW_INPUT_INVALID",
  "WORKFLOW_INVALID",
  "WORKFLOW_UNKNOWN",
]);

/** Exit code of a command that ends with this error: 2 for a mistake in what it was given, 1 for any other. */
export const exitCodeOfError = (error: TuttiError): number =>
  usageCodes.has(error.code) ? exitCodes.usage : exitCodes.failed;

/**
 * `error: <message>`, and `hint: …` on a second line.
 * @returns with the last line's end
 */
export function errorText(error: TuttiError, style: Style = noStyle): string {
  const lines = [`${style("red", "error:")} ${oneLine(error.message)} ${style("dim", `(${error.code})`)}`];
  if (error.hint !== undefined) lines.push(`${style("cyan", "hint:")} ${oneLine(error.hint)}`);
  if (error.code === "INTERNAL") lines.push(`${style("cyan", "hint:")} This is a bug in Tutti. The log has more.`);
  return `${lines.join("\n")}\n`;
}

/** One line: `{"type":"error","error":{…}}`. */
const errorJsonText = (error: TuttiError): string =>
  `${JSON.stringify({ type: "error", error: errorToJson(error) })}\n`;

/**
 * Says what went wrong and returns the exit code. With `--json` it goes to `stdout`, where the caller reads.
 * @param thrown - anything; what commander throws after help or a usage error was printed by it
 */
export function printError(output: Output, thrown: unknown): number {
  const commanderCode = commanderExitCode(thrown);
  if (commanderCode !== undefined) return commanderCode;
  const error = TuttiError.from(thrown);
  if (output.isJson) output.stdout(errorJsonText(error));
  else output.stderr(errorText(error, output.style));
  return exitCodeOfError(error);
}

function commanderExitCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown) || !("exitCode" in thrown)) return undefined;
  const { code, exitCode } = thrown;
  const isCommanders = typeof code === "string" && code.startsWith("commander.");
  return isCommanders && typeof exitCode === "number" ? exitCode : undefined;
}
