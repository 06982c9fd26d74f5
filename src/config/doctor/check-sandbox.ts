import { execa } from "execa";
import type { Config } from "../config.ts";
import type { Diagnosis } from "./judge.ts";

export type SandboxFacts = {
  readonly wanted: Config["agent"]["sandbox"];
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
};

const name = "sandbox";

/** Whether agents can be confined by the operating system: the tools are there, and bubblewrap may really start. */
export async function checkSandbox(facts: SandboxFacts): Promise<Diagnosis> {
  if (facts.wanted === "off") return { name, status: "ok", detail: "off by agent.sandbox" };
  const status = facts.wanted === "required" ? "failed" : "warning";
  const tools = toolsFor(facts.platform);
  if (tools === undefined) {
    const fix = "Set agent.sandbox to off, and list what agents may run in agent.allow.";
    return { name, status, detail: `there is none for ${facts.platform}`, fix };
  }
  const missing = await missingTools(tools, facts.env);
  if (missing.length > 0) {
    const packages = missing.map((tool) => packageNames.get(tool) ?? tool).join(" ");
    const fix = `Install ${packages} (Debian and Ubuntu: apt install ${packages}). Without it, most commands need a rule in agent.allow.`;
    return { name, status, detail: `missing: ${missing.join(", ")}`, fix };
  }
  const refusal = tools.includes("bwrap") ? await bubblewrapRefusal(facts.env) : undefined;
  if (refusal === undefined) return { name, status: "ok", detail: tools.join(", ") };
  const fix =
    "Allow unprivileged user namespaces (on Ubuntu: an AppArmor profile for bwrap), or set agent.sandbox to off.";
  return { name, status, detail: `bwrap can't start: ${refusal}`, fix };
}

const packageNames: ReadonlyMap<string, string> = new Map([
  ["bwrap", "bubblewrap"],
  ["rg", "ripgrep"],
]);

/** macOS brings its sandbox along. */
function toolsFor(platform: NodeJS.Platform): readonly string[] | undefined {
  if (platform === "linux") return ["bwrap", "socat", "rg"];
  return platform === "darwin" ? ["rg"] : undefined;
}

async function missingTools(tools: readonly string[], env: SandboxFacts["env"]): Promise<readonly string[]> {
  const checked = await Promise.all(tools.map(async (tool) => ({ tool, starts: await doesStart(tool, env) })));
  return checked.filter(({ starts }) => !starts).map(({ tool }) => tool);
}

async function doesStart(tool: string, env: SandboxFacts["env"]): Promise<boolean> {
  const version = tool === "socat" ? "-V" : "--version";
  const { failed } = await execa(tool, [version], { env, extendEnv: false, reject: false, timeout: 10_000 });
  return !failed;
}

async function bubblewrapRefusal(env: SandboxFacts["env"]): Promise<string | undefined> {
  const args = ["--ro-bind", "/", "/", "--unshare-net", "--dev", "/dev", "--proc", "/proc", "true"];
  const result = await execa("bwrap", args, { env, extendEnv: false, reject: false, timeout: 10_000 });
  return result.failed ? result.stderr.trim() || result.shortMessage : undefined;
}
