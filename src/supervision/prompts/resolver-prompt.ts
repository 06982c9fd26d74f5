import type { PlanTask } from "../../domain/plan/plan-schema.ts";
import { joinSections, promptHead, section } from "./prompt-head.ts";

export type ResolverPromptFacts = {
  readonly spec: PlanTask;
  readonly files: readonly string[];
  readonly gates: readonly { readonly name: string; readonly run: string }[];
};

/** Asks an agent to settle a merge conflict that stands in its working directory. */
export function resolverPrompt(facts: ResolverPromptFacts): string {
  return joinSections(
    promptHead({ role: "resolver", task: facts.spec.key }),
    "The change of one task conflicts with work that was merged before it. Your current directory holds the merged " +
      "work with the change applied on top; the files below contain conflict markers.",
    section("Files in conflict", facts.files),
    section(`The task whose change is being merged: ${facts.spec.title}`, facts.spec.prompt),
    section("Accepted when", facts.spec.acceptance),
    section("Rules", [
      "Keep the intent of both sides; drop neither.",
      "Change only what the conflict needs. Leave no conflict marker behind.",
      "You need not commit.",
    ]),
    section(
      "The result is judged by these commands",
      facts.gates.map((gate) => `${gate.name}: \`${gate.run}\``),
    ),
  );
}
