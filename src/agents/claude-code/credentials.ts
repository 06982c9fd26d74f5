import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

const named: Readonly<Record<string, string>> = {
  CLAUDE_CODE_USE_BEDROCK: "Amazon Bedrock",
  CLAUDE_CODE_USE_VERTEX: "Google Vertex AI",
  CLAUDE_CODE_USE_FOUNDRY: "Microsoft Foundry",
  ANTHROPIC_API_KEY: "an API key (ANTHROPIC_API_KEY)",
  ANTHROPIC_AUTH_TOKEN: "a token (ANTHROPIC_AUTH_TOKEN)",
  CLAUDE_CODE_OAUTH_TOKEN: "a login token (CLAUDE_CODE_OAUTH_TOKEN)",
};

/** By what the agent would log in, never the secret itself; `undefined` when nothing is there. */
export function findCredentials(environment: Environment): string | undefined {
  const name = Object.keys(named).find((each) => (environment[each] ?? "") !== "");
  if (name !== undefined) return named[name];
  const folder = environment["CLAUDE_CONFIG_DIR"] ?? join(environment["HOME"] ?? homedir(), ".claude");
  if (existsSync(join(folder, ".credentials.json"))) return "the login of claude";
  // macOS keeps the login in the keychain, where looking it up would ask the person.
  return process.platform === "darwin" ? "the keychain, if claude is logged in" : undefined;
}
