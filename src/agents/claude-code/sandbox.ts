import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { onPath } from "./executable.ts";

export type SandboxAvailability =
  | { readonly isAvailable: true; readonly detail: string }
  | { readonly isAvailable: false; readonly detail: string; readonly fix: string };

const run = promisify(execFile);

/** Programs that Claude Code's sandbox needs on Linux, and the Debian package of each. */
const needed: readonly { readonly command: string; readonly debian: string }[] = [
  { command: "bwrap", debian: "bubblewrap" },
  { command: "socat", debian: "socat" },
  { command: "rg", debian: "ripgrep" },
];

/** Why a command failed; `undefined` when it succeeded. */
async function failureOf(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    await run(command, [...args], { timeout: 10_000 });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

async function probeLinux(): Promise<SandboxAvailability> {
  // Each worker asks: only what a look can't tell is tried.
  const missing = needed.filter(({ command }) => onPath(command) === undefined);
  if (missing.length > 0) {
    return {
      isAvailable: false,
      detail: `not found: ${missing.map(({ command }) => command).join(", ")}`,
      fix: `Install them: apt-get install ${missing.map(({ debian }) => debian).join(" ")}`,
    };
  }
  const refused = await failureOf("bwrap", ["--ro-bind", "/", "/", "--unshare-all", "--dev", "/dev", "true"]);
  if (refused === undefined) return { isAvailable: true, detail: "bubblewrap works" };
  return {
    isAvailable: false,
    detail: `bubblewrap may not make namespaces here: ${refused.split("\n").at(-1) ?? ""}`,
    fix: "Allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1), or run the container with them.",
  };
}

async function probe(): Promise<SandboxAvailability> {
  if (process.platform === "linux") return probeLinux();
  if (process.platform === "darwin") return { isAvailable: true, detail: "part of macOS" };
  return { isAvailable: false, detail: `none for ${process.platform}`, fix: "Run in WSL 2 or in a container." };
}

let known: Promise<SandboxAvailability> | undefined;

/** Whether commands of an agent can run in the operating system's sandbox. Looked up once for each process of ours. */
export function sandboxAvailability(): Promise<SandboxAvailability> {
  known ??= probe();
  return known;
}
