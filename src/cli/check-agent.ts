import type { Project } from "../compose.ts";
import { TuttiError } from "../domain/errors.ts";
import type { Cli } from "./cli.ts";

/**
 * Before a job is made: is there an agent, and may it work? What is weaker than it could be, such as a missing sandbox, is
 * said and doesn't stop it.
 * @throws {TuttiError} `AGENT_NOT_FOUND`, `AGENT_UNAUTHENTICATED`
 */
export async function checkAgent({ output }: Pick<Cli, "output">, { services }: Project): Promise<void> {
  const diagnosis = (await services.agents.doDiagnose?.()) ?? [];
  const failed = diagnosis.find(({ status }) => status === "failed");
  for (const { name, status, detail, fix } of diagnosis) {
    if (status === "warning") output.stderr(`note: ${name}: ${detail}${fix === undefined ? "" : `. ${fix}`}\n`);
  }
  if (failed === undefined) return;
  const code = /login|key|auth/i.test(failed.name) ? "AGENT_UNAUTHENTICATED" : "AGENT_NOT_FOUND";
  throw new TuttiError(code, `${failed.name}: ${failed.detail}`, failed.fix === undefined ? {} : { hint: failed.fix });
}
