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

/** A titled part of a prompt; nothing when there is nothing to say. */
export const section = (title: string, body: string | readonly string[] | undefined): string => {
  const text = typeof body === "string" ? body : (body ?? []).map((line) => `- ${line}`).join("\n");
  return text === "" ? "" : `## ${title}\n${text}`;
};

export const joinSections = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("\n\n");

/**
 * For a conversation whose process died or was stopped. It carries the whole prompt again: a process that died before its
 * transcript was written has not seen it, and nobody can tell from outside.
 */
export const continuationPrompt = (prompt: string): string =>
  joinSections(
    "You may have been interrupted in the middle of the work below; nothing you wrote was lost. If you had begun, look at " +
      "the state of your working directory and go on where you stopped; don't do finished parts again.",
    prompt,
  );
