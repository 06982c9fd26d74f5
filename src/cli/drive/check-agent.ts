import type { Project } from "../../compose.ts";
import { agentWarnings } from "../../orchestration/agent-turn/check-agent.ts";
import type { Cli } from "../cli.ts";

/**
 * Before a job is made: is there an agent, and may it work? What is weaker than it could be is said and doesn't stop it.
 * @throws {TuttiError} `AGENT_NOT_FOUND`, `AGENT_UNAUTHENTICATED`
 */
export async function checkAgent({ output }: Pick<Cli, "output">, { services }: Project): Promise<void> {
  for (const { name, detail, fix } of await agentWarnings(services.agents)) {
    output.stderr(`note: ${name}: ${detail}${fix === undefined ? "" : `. ${fix}`}\n`);
  }
}
