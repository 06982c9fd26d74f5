import { z } from "zod";
import { defaultDeniedReads } from "../../domain/agent/denied-reads.ts";
import { filledText, homePath } from "./scalars.ts";

export const settingSources = ["user", "project", "local"] as const;

export const agentSchema = z.strictObject({
  kind: z.enum(["claude-code", "fake"]).default("claude-code").describe("Which coding agent does the work. `fake` plays a script."),
  executablePath: filledText()
    .describe("The `claude` program to use. Default: the one that comes with Tutti.")
    .exactOptional(),
  allow: z
    .array(filledText())
    .default([])
    .describe("Permission rules in Claude Code's syntax that need no question, for example `Bash(npm test:*)`."),
  sandbox: z
    .enum(["auto", "required", "off"])
    .default("auto")
    .describe("The operating system's sandbox: where it is available, always (refuse to start without), or never."),
  deniedReads: z
    .array(homePath())
    .default([...defaultDeniedReads])
    .describe("Files, and folders with all below them, that agents may not read: absolute or from `~`. `[]`: none."),
  settingSources: z
    .array(z.enum(settingSources))
    .default(["project"])
    .describe("Which of Claude Code's own settings files agents load."),
  fakeScript: filledText().describe("The script for kind `fake`. Relative to the project.").exactOptional(),
});
