import { TuttiError } from "../../domain/errors.ts";
import type { CommandRequest, WorkflowFlow } from "../../workflow/flow.ts";

/** Somebody else has changed what is to be changed: trying again comes to the same. */
export const conflictExit = 4;

const shownOutput = 500;

/**
 * Runs a program that has to end well.
 * @returns what it said, without the blanks around
 * @throws {TuttiError} `CONFLICT` for exit code 4 of our own scripts, else `PROCESS_FAILED`
 */
export async function mustRun(
  flow: WorkflowFlow,
  name: string,
  { isOwn = false, ...request }: CommandRequest & { readonly isOwn?: boolean },
): Promise<string> {
  const { isOk, exitCode, output } = await flow.command(name, request);
  const said = output.trim();
  if (isOk) return said;
  const shown = said.slice(-shownOutput);
  if (isOwn && exitCode === conflictExit) {
    throw new TuttiError("CONFLICT", `${name}: ${shown}`, { failureClass: "conflict" });
  }
  const how = exitCode === null ? "was stopped" : `ended with exit code ${exitCode}`;
  throw new TuttiError("PROCESS_FAILED", `${name} ${how}${shown === "" ? "" : `: ${shown}`}`, {
    failureClass: "recoverable",
    context: { command: name, exitCode },
  });
}

/** Runs a script of ours in the project's folder; what it is given are its positional parameters. */
export const runScript = (
  flow: WorkflowFlow,
  name: string,
  [script, ...given]: readonly [string, ...string[]],
): Promise<string> => mustRun(flow, name, { run: ["sh", "-c", script, "sh", ...given], in: "project", isOwn: true });
