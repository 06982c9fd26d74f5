import { slotMark } from "../../places/local/process-reaper.ts";
import { sessionMark } from "../agent-process.ts";
import type { AgentLaunch } from "../port.ts";
import type { ClaudeCodeSettings } from "./options.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const passedNames = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TERM",
  "TZ",
  "TMPDIR",
  "TMP",
  "TEMP",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "ALL_PROXY",
  "IS_SANDBOX",
  "API_TIMEOUT_MS",
  "CLAUDE_CONFIG_DIR",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_TMPDIR",
  "CLAUDE_CODE_API_KEY_HELPER_TTL_MS",
  "CLAUDE_CODE_CLIENT_CERT",
  "CLAUDE_CODE_CLIENT_KEY",
  "CLAUDE_CODE_CLIENT_KEY_PASSPHRASE",
  "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_USE_FOUNDRY",
  "CLAUDE_CODE_SKIP_BEDROCK_AUTH",
  "CLAUDE_CODE_SKIP_VERTEX_AUTH",
  "CLAUDE_CODE_SKIP_FOUNDRY_AUTH",
]);

const passedPrefixes = ["LC_", "XDG_", "ANTHROPIC_"];

/** Credentials of a cloud travel only where the agent is told to use that cloud. */
const cloudPrefixes: Readonly<Record<string, readonly string[]>> = {
  CLAUDE_CODE_USE_BEDROCK: ["AWS_"],
  CLAUDE_CODE_USE_VERTEX: ["GOOGLE_", "CLOUD_ML_", "VERTEX_", "GCLOUD_"],
  CLAUDE_CODE_USE_FOUNDRY: ["AZURE_"],
};

function allowed(source: Environment): Record<string, string> {
  const clouds = Object.keys(cloudPrefixes).filter((name) => source[name] !== undefined);
  const prefixes = [...passedPrefixes, ...clouds.flatMap((name) => cloudPrefixes[name] ?? [])];
  const isPassed = (name: string): boolean =>
    passedNames.has(name.toUpperCase()) || prefixes.some((prefix) => name.startsWith(prefix));
  return Object.fromEntries(
    Object.entries(source).flatMap(([name, value]) => (value !== undefined && isPassed(name) ? [[name, value]] : [])),
  );
}

/**
 * The whole environment of an agent's process: an allow-list of `source`, our own switches, then what the configuration
 * and the launch add. The marks come last, so that nothing can hide a process from its reaper.
 */
export function agentEnvironment(
  source: Environment,
  settings: ClaudeCodeSettings,
  launch: AgentLaunch & { readonly mark: string },
): Record<string, string> {
  return {
    ...allowed(source),
    CLAUDE_AGENT_SDK_CLIENT_APP: "tutti",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    // Notes that an agent takes for itself would carry over from one task to the next in the same slot.
    CLAUDE_CODE_DISABLE_AUTO_MEMORY: "1",
    // A command that ends after the turn would start another turn by itself.
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
    CLAUDE_CODE_MAX_RETRIES: String(settings.maxRetries),
    CLAUDE_CODE_STARTUP_FAILURE_RESULTS: "1",
    ...settings.env,
    ...launch.env,
    [slotMark]: launch.slotId,
    [sessionMark]: launch.mark,
  };
}
