import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { TuttiError } from "../../domain/errors.ts";

export type ClaudeExecutable = {
  readonly path: string;
  readonly origin: "configured" | "bundled" | "path";
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // The question is whether it can be run; why not doesn't matter.
    return false;
  }
};

/** The Agent SDK keeps the program for each platform in a package of its own. */
function bundled(): string | undefined {
  const sdk = createRequire(import.meta.resolve("@anthropic-ai/claude-agent-sdk"));
  const name = `@anthropic-ai/claude-agent-sdk-${process.platform}-${process.arch}`;
  const program = process.platform === "win32" ? "claude.exe" : "claude";
  for (const candidate of [`${name}/${program}`, `${name}-musl/${program}`]) {
    try {
      return sdk.resolve(candidate);
    } catch (error) {
      const isAbsent = error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND";
      if (!isAbsent) throw error;
    }
  }
  return undefined;
}

/** Where a shell would find a program. */
export const onPath = (name: string): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);

/** @throws {TuttiError} `AGENT_NOT_FOUND` */
export function findExecutable(configured: string | undefined): ClaudeExecutable {
  if (configured !== undefined) {
    if (isExecutable(configured)) return { path: configured, origin: "configured" };
    throw new TuttiError("AGENT_NOT_FOUND", `${configured} is not an executable file.`, {
      hint: "Correct executablePath, or leave it out to use the claude that comes with Tutti.",
    });
  }
  const own = bundled();
  if (own !== undefined) return { path: own, origin: "bundled" };
  const installed = onPath("claude");
  if (installed !== undefined) return { path: installed, origin: "path" };
  throw new TuttiError("AGENT_NOT_FOUND", "Claude Code is not installed.", {
    hint: "Install Tutti again with optional dependencies, or install Claude Code and put claude on the PATH.",
  });
}

/** What `claude --version` prints. */
export async function versionOf(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ["--version"], { timeout: 20_000 });
  return stdout.trim();
}
