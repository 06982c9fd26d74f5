import type { Json } from "../../../../src/domain/json.ts";

/** What an agent answers to a prompt of which `asks` is a part; the first that fits counts. */
export type ScriptedAnswer = {
  readonly asks: string;
  readonly text?: string;
  readonly result?: Json;
  /** Path to content. */
  readonly write?: Readonly<Record<string, string>>;
  /** In a whole job: what it costs, and that it never ends. */
  readonly usage?: { readonly costUsd: number };
  readonly hang?: boolean;
};

/** A ready workflow with a small input, for stubs in one process and for the fake agent in a whole job. */
export type PatternCase = {
  readonly workflow: string;
  readonly input: Json;
  readonly answers: readonly ScriptedAnswer[];
};

const writes = (name: string): Pick<ScriptedAnswer, "text" | "write"> => ({
  text: `wrote ${name}`,
  write: { [`out/${name}.txt`]: `${name}\n` },
});

const builder = (prompt: string) => ({ agent: "builder", prompt });
const reader = (prompt: string) => ({ agent: "analyzer", access: "read", prompt });

/** Of whoever supervises: the criteria have their ids by their order. */
const ruling = (delegate: Json, isMet: boolean): Json => ({
  delegate,
  criteria: [{ id: "c1", isMet, evidence: "looked" }],
  done: isMet,
  reason: isMet ? "it is there" : "it has to be written",
});

const delegated = ["left", "right"].map((side) => ({ worker: "builder", title: side, prompt: `Build the ${side}.` }));

export const patternCases: readonly PatternCase[] = [
  {
    workflow: "pipeline",
    input: {
      goal: "a house",
      stages: [
        { name: "plan", ...reader("Plan the stages.") },
        { name: "walls", ...builder("Build the walls.") },
        { name: "roof", ...builder("Build the roof.") },
      ],
    },
    answers: [
      { asks: "Plan the stages.", text: "walls, then the roof" },
      { asks: "Build the walls.", ...writes("walls") },
      { asks: "Build the roof.", ...writes("roof") },
    ],
  },
  {
    workflow: "fan-out",
    input: {
      branches: [
        { name: "north", ...builder("Build the north wing.") },
        { name: "south", ...builder("Build the south wing.") },
      ],
      aggregate: reader("Report on the wings."),
    },
    answers: [
      { asks: "Build the north wing.", ...writes("north") },
      { asks: "Build the south wing.", ...writes("south") },
      { asks: "Report on the wings.", text: "two wings" },
    ],
  },
  {
    workflow: "branch",
    input: {
      decide: reader("Is it broken?"),
      routes: {
        broken: { when: "It is", ...builder("Mend the leak.") },
        whole: { when: "It is not", ...reader("Praise it.") },
      },
    },
    answers: [
      { asks: "Is it broken?", result: { choice: "broken", reason: "it leaks" } },
      { asks: "Mend the leak.", ...writes("mended") },
    ],
  },
  {
    workflow: "refine",
    input: {
      goal: "a poem",
      produce: builder("Write the poem."),
      evaluate: { agent: "code-reviewer", access: "read", rubric: "Is the poem good?" },
    },
    answers: [
      { asks: "wrote the second draft", result: { score: 0.9, feedback: "it is good" } },
      { asks: "Is the poem good?", result: { score: 0.4, feedback: "it has to rhyme" } },
      { asks: "it has to rhyme", text: "wrote the second draft", write: { "out/poem.txt": "second\n" } },
      { asks: "Write the poem.", text: "wrote the first draft", write: { "out/poem.txt": "first\n" } },
    ],
  },
  {
    workflow: "supervisor",
    input: { goal: "two sides", workers: { builder: "builds" }, acceptance: ["Both sides are there"] },
    answers: [
      { asks: "This is round 1", result: ruling(delegated, false) },
      { asks: "This is round 2", result: ruling([], true) },
      { asks: "Build the left.", ...writes("left") },
      { asks: "Build the right.", ...writes("right") },
    ],
  },
  {
    workflow: "event-driven",
    input: { id: "run-17", type: "test_failed", source: "ci", details: { test: "greets" } },
    answers: [{ asks: "A test fails.", ...writes("greeting") }],
  },
  {
    workflow: "map-reduce",
    input: {
      items: ["one", "two", "three"],
      map: builder("Work on the item {{item}}."),
      reduce: reader("Sum up the items."),
    },
    answers: [
      { asks: "Sum up the items.", text: "three items" },
      ...["one", "two", "three"].map((item) => ({ asks: `Work on the item ${item}.`, ...writes(item) })),
    ],
  },
  {
    workflow: "saga",
    input: {
      steps: [
        { name: "first", ...builder("Change the first.") },
        { name: "note", do: "echo done >> ../home/commands", undo: "echo undone >> ../home/commands" },
        { name: "second", ...builder("Change the second.") },
      ],
    },
    answers: [
      { asks: "Change the first.", ...writes("first") },
      { asks: "Change the second.", ...writes("second") },
    ],
  },
  {
    workflow: "complex",
    input: { goal: "log in by passkey", modules: ["auth", "db"], acceptance: ["One can log in"] },
    answers: [
      {
        asks: "What is there in the module auth",
        result: { "branch-1": { answer: "one file" }, "branch-2": { answer: "no tables" } },
      },
      {
        asks: "Put together what was found out",
        result: { needsRefactoring: true, reason: "it is tangled", plan: "split it" },
      },
      { asks: "Is this goal met, by code", result: { score: 0.9, feedback: "good" } },
      { asks: "Refactor by the plan", ...writes("login") },
      { asks: "This is round 1", result: ruling([], true) },
    ],
  },
];

/** @throws when there is no case of it */
export function patternCase(workflow: string): PatternCase {
  const found = patternCases.find((each) => each.workflow === workflow);
  if (found === undefined) throw new Error(`there is no case of ${workflow}`);
  return found;
}

export function answerTo(answers: readonly ScriptedAnswer[], prompt: string): ScriptedAnswer {
  const found = answers.find(({ asks }) => prompt.includes(asks));
  if (found === undefined) throw new Error(`nothing is scripted for: ${prompt}`);
  return found;
}
