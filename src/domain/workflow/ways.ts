/** The eight patterns, by the names that their workflows and groups carry. */
export const patternNames = [
  "sequential-pipeline",
  "fan-out",
  "conditional-branching",
  "iterative-refinement",
  "supervisor",
  "event-driven",
  "map-reduce",
  "saga",
] as const;
export type PatternName = (typeof patternNames)[number];

/** A way to have a goal carried out: a pattern, one agent, or a plan that the manager makes. */
export type Way = PatternName | "one-agent" | "plan";

/** The scenario of each pattern, as the catalogue has it. */
export const scenarios: Readonly<Record<Way, string>> = {
  "sequential-pipeline": "a step-by-step process in which each step needs the one before",
  "fan-out": "independent parts at once, put together afterwards",
  "conditional-branching": "what is done depends on what is found",
  "iterative-refinement": "a result that is made better until a measure holds",
  supervisor: "a large undertaking whose parts nobody knows beforehand",
  "event-driven": "something that is done whenever something happens",
  "map-reduce": "the same for many items, put together in one report",
  saga: "steps that are taken back when a later one fails",
  "one-agent": "small, in one place, or too tightly coupled to be divided",
  plan: "a goal of several parts that fit none of the patterns",
};
