import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { partOf } from "./compose-prompt.ts";
import { keptNotes, noteParts } from "./note-parts.ts";
import type { PromptRequest } from "./prompt-request.ts";

export type ResolverPromptFacts = {
  readonly spec: PlanTask;
  readonly files: readonly string[];
  readonly gates: readonly { readonly name: string; readonly run: string }[];
  readonly notes: readonly string[];
};

/** Asks an agent to settle a merge conflict that stands in its working directory. */
export const resolverRequest = ({ spec, files, gates, notes }: ResolverPromptFacts): PromptRequest => ({
  kind: "resolver",
  head: { role: "resolver", task: spec.key },
  parts: [
    ...partOf("files", "required", files.join("\n")),
    ...partOf("task", "required", `${spec.title}\n${spec.prompt}`),
    ...partOf("acceptance", "required", spec.acceptance.join("\n")),
    ...partOf("gates", "required", gates.map(({ name, run }) => `${name}: ${run}`).join("\n")),
    ...noteParts(notes),
  ],
  variables: (kept) => ({
    files,
    gates,
    task: { key: spec.key, title: spec.title, prompt: spec.prompt, acceptance: spec.acceptance },
    notes: keptNotes(notes, kept),
  }),
});
