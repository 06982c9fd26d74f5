export { claudeCode } from "./claude-code.ts";
export type { ClaudeCodeOptions } from "./options.ts";
export { sandboxAvailability } from "./sandbox.ts";
export type { SandboxAvailability } from "./sandbox.ts";
