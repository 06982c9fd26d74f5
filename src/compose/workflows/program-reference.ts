import type { AnyWorkflow } from "../../workflow/flow.ts";

const prefix = "program:";

/** What a job remembers of a workflow that a program gave as an object. */
export const programReference = ({ name }: Pick<AnyWorkflow, "name">): string => `${prefix}${name}`;

/** Whether a job's workflow is a part of the program that made the job. */
export const isOfProgram = (ref: string): boolean => ref.startsWith(prefix);

export const nameInProgram = (ref: string): string => ref.slice(prefix.length);
