export type PromptHead = {
  readonly role: "manager" | "worker" | "resolver" | "reviewer" | "synthesizer";
  readonly task?: string;
  readonly attempt?: number;
};

/**
 * The first lines of every prompt of ours. They tell the agent who it is, and let logs, transcripts and the simulator tell
 * which piece of work a conversation belongs to.
 */
export function promptHead(head: PromptHead): string {
  const lines = [`Tutti role: ${head.role}`];
  if (head.task !== undefined) lines.push(`Tutti task: ${head.task}`);
  if (head.attempt !== undefined) lines.push(`Tutti attempt: ${head.attempt}`);
  return lines.join("\n");
}

export const joinSections = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("\n\n");
