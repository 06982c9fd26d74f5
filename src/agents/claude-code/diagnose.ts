import { TuttiError } from "../../domain/errors.ts";
import type { AgentDiagnosis } from "../port.ts";
import { findCredentials } from "./credentials.ts";
import { findExecutable, versionOf } from "./executable.ts";
import { judgeVersion } from "./judge-version.ts";
import type { ClaudeCodeSettings } from "./options.ts";
import { sandboxAvailability } from "./sandbox.ts";

async function diagnoseProgram(settings: ClaudeCodeSettings): Promise<AgentDiagnosis> {
  const name = "Claude Code";
  try {
    const { path, origin } = findExecutable(settings.executablePath);
    return { name, ...judgeVersion({ printed: await versionOf(path), where: `${origin}: ${path}` }, settings) };
  } catch (thrown) {
    const { message, hint } = TuttiError.from(thrown, "AGENT_NOT_FOUND");
    return { name, status: "failed", detail: message, fix: hint ?? "Install Claude Code again." };
  }
}

function diagnoseLogin(settings: ClaudeCodeSettings): AgentDiagnosis {
  const name = "Claude Code login";
  const found = findCredentials({ ...settings.environment, ...settings.env });
  if (found !== undefined) return { name, status: "ok", detail: found };
  return { name, status: "failed", detail: "none found", fix: "Run claude and log in, or set ANTHROPIC_API_KEY." };
}

async function diagnoseSandbox(): Promise<AgentDiagnosis> {
  const name = "Sandbox for commands";
  const found = await sandboxAvailability();
  if (found.isAvailable) return { name, status: "ok", detail: found.detail };
  const detail = `${found.detail}; without it agents may run only the commands that the rules allow`;
  return { name, status: "warning", detail, fix: found.fix };
}

export async function diagnose(settings: ClaudeCodeSettings): Promise<readonly AgentDiagnosis[]> {
  const [program, sandbox] = await Promise.all([diagnoseProgram(settings), diagnoseSandbox()]);
  return [program, diagnoseLogin(settings), sandbox];
}
