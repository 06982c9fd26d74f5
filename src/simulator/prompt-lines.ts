/** What a prompt of ours says about itself, in lines of its own: `Tutti role: worker`. */
export type PromptLines = {
  readonly role?: string;
  readonly task?: string;
  readonly attempt?: number;
};

const valueOf = (text: string, label: string): string | undefined =>
  new RegExp(`^Tutti ${label}:[ \\t]*(\\S.*?)[ \\t]*$`, "m").exec(text)?.[1];

export function readPromptLines(text: string): PromptLines {
  const role = valueOf(text, "role");
  const task = valueOf(text, "task");
  const attempt = Number(valueOf(text, "attempt"));
  return {
    ...(role === undefined ? {} : { role }),
    ...(task === undefined ? {} : { task }),
    ...(Number.isInteger(attempt) ? { attempt } : {}),
  };
}

export const hasPromptLines = (lines: PromptLines): boolean => Object.keys(lines).length > 0;

export const samePromptLines = (a: PromptLines, b: PromptLines): boolean =>
  a.role === b.role && a.task === b.task && a.attempt === b.attempt;
