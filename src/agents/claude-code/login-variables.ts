import type { SandboxSettings } from "@anthropic-ai/claude-agent-sdk";

type Environment = Readonly<Record<string, string | undefined>>;
type Credentials = NonNullable<SandboxSettings["credentials"]>;

const ofClaudeCodeOrCloud = /^(?:ANTHROPIC|CLAUDE_CODE|AWS|GOOGLE|CLOUD_ML|VERTEX|GCLOUD|AZURE)_/;
const secret = /_(?:KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS|HEADERS|CLIENT_CERT|CERTIFICATE)(?:_|$)/;

/** The variables of an environment that Claude Code may log in by, to its own service or to a cloud. */
export const loginVariables = (environment: Environment): readonly string[] =>
  Object.keys(environment)
    .filter((name) => ofClaudeCodeOrCloud.test(name) && secret.test(name))
    .toSorted();

/** What the sandbox takes out of the environment of commands; Claude Code keeps it. An entry of `own` for a variable counts instead. */
export function withoutLogin(environment: Environment, own: Credentials = {}): Credentials {
  const ownVars = own.envVars ?? [];
  const denied = loginVariables(environment).filter((name) => ownVars.every((each) => each.name !== name));
  return { ...own, envVars: [...ownVars, ...denied.map((name) => ({ name, mode: "deny" as const }))] };
}
