import type { Config } from "../config/config.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment as the redactor sees it: the supervisor's key is a secret, whatever its variable is called. */
export function withSupervisorKey(env: Environment, { supervisor }: Pick<Config, "supervisor">): Environment {
  const { apiKeyEnv } = supervisor;
  return apiKeyEnv === undefined ? env : { ...env, TUTTI_SUPERVISOR_KEY: env[apiKeyEnv] };
}
