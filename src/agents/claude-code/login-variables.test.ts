import { expect, test } from "vitest";
import { loginVariables, withoutLogin } from "./login-variables.ts";

const named = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, "x"]));

test("what Claude Code logs in by is found by its name, in each cloud", () => {
  const login = [
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_CUSTOM_HEADERS",
    "ANTHROPIC_FOUNDRY_API_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_SECRET",
    "AZURE_PASSWORD",
    "CLAUDE_CODE_CLIENT_CERT",
    "CLAUDE_CODE_CLIENT_KEY",
    "CLAUDE_CODE_CLIENT_KEY_PASSPHRASE",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "GOOGLE_APPLICATION_CREDENTIALS",
  ];
  expect(loginVariables(named(...login))).toEqual(login);
});

test("what commands need, and what somebody gave to agents under a name of its own, stays", () => {
  const kept = named(
    "PATH",
    "HOME",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_MODEL",
    "AWS_REGION",
    "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
    "GOOGLE_CLOUD_PROJECT",
    "NPM_TOKEN",
  );
  expect(loginVariables(kept)).toEqual([]);
});

test("credentials that are configured stay, and say what happens to a variable that they name", () => {
  const files = [{ path: "~/.npmrc", mode: "deny" as const }];
  const envVars = [{ name: "AWS_SESSION_TOKEN", mode: "mask" as const }];
  expect(withoutLogin(named("AWS_SESSION_TOKEN", "ANTHROPIC_API_KEY"), { files, envVars })).toEqual({
    files,
    envVars: [...envVars, { name: "ANTHROPIC_API_KEY", mode: "deny" }],
  });
});
