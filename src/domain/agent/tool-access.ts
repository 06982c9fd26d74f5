import type { TaskAccess } from "../plan/plan-schema.ts";

/** Tools of Claude Code with which an agent changes files. */
export const writingTools: readonly string[] = ["Write", "Edit", "MultiEdit", "NotebookEdit"];

/** `Bash` of `Bash(npm test:*)`. */
export const toolOfRule = (rule: string): string => /^[^(]*/.exec(rule)?.[0].trim() ?? rule;

/** What a list of tools comes to. Without a list it is every tool; a shell can write anything. */
export function accessOfTools(tools: readonly string[] | undefined): TaskAccess {
  if (tools === undefined) return "edit";
  const writes = tools.map(toolOfRule).some((tool) => tool === "Bash" || writingTools.includes(tool));
  return writes ? "edit" : "read";
}
