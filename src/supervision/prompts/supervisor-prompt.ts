import type { SupervisorPurpose } from "../../domain/supervisor/interaction.ts";

/** The beginning of every system prompt to the supervisor model: its part in the work, and what it is asked for now. */
export const supervisorPrompt = (purpose: SupervisorPurpose, system: string | undefined): string =>
  [
    "You advise a program that has coding agents work on a repository.",
    "You have no tools; judge by what you are shown, and say what you can't know.",
    `Purpose: ${purpose}.`,
    ...(system === undefined ? [] : ["", system]),
  ].join("\n");
