import { breakpointKinds, type BreakpointKind } from "./answers.ts";

type FactType = "number" | "text" | "path" | "flag" | "paths" | "names";

type Fact = { readonly type: FactType; readonly on: readonly BreakpointKind[]; readonly means: string };

const always = breakpointKinds;
const ofTasks = breakpointKinds.filter((kind) => kind !== "plan" && kind !== "approval");
const judged = ["before-merge", "unproven"] as const;
const ended = ["before-merge", "unproven", "question", "stall", "crash", "failure"] as const;

const fact = (type: FactType, on: readonly BreakpointKind[], means: string): Fact => ({ type, on, means });

/** Everything that a rule may ask about, with the kinds of breakpoint at which it is known. */
const factTable = {
  strategy: fact("text", always, "the job's strategy: `manager`, `manual`, `workflow`"),
  jobCostUsd: fact("number", always, "what the job has cost so far"),
  tasks: fact("number", ["plan"], "how many tasks the plan has"),
  task: fact("text", ofTasks, "the task's key"),
  attempt: fact("number", ofTasks, "the attempt's number, 1 for the first"),
  role: fact("text", ofTasks, "the agent's role: `worker`, `resolver`"),
  model: fact("text", ofTasks, "the model that the attempt was started with"),
  taskCostUsd: fact("number", ofTasks, "what the task has cost so far"),
  costUsd: fact("number", ended, "what the attempt has cost"),
  decision: fact("text", ended, "what would become of the attempt without rules: `accept`, `retry`, `ask`, `fail`"),
  failureClass: fact("text", [...ended, "conflict"], "the failure class"),
  failures: fact(
    "number",
    ["stall", "crash", "failure"],
    "how often in a row it has ended like that, this time included",
  ),
  confidence: fact("number", judged, "how sure the decision is, 0 to 1"),
  isCalibrated: fact("flag", judged, "whether enough outcomes stand behind the confidence"),
  qualityScore: fact("number", judged, "the quality report's score, 0 to 1"),
  proof: fact("text", judged, "what stands behind the work: `proved`, `tested`, `reviewed`, `unproved`"),
  review: fact("text", judged, "what a model's review came to: `passed`, `doubted`, `failed`, `none`"),
  findings: fact("names", judged, "codes of the quality report's findings"),
  problems: fact("names", [...judged, "question"], "codes of what the validation found"),
  filesTouched: fact("number", judged, "how many files the work changes"),
  linesChanged: fact("number", judged, "lines added and deleted"),
  paths: fact("paths", [...judged, "conflict"], "the files that the work changes, or that are in conflict"),
  gates: fact("names", judged, "names of the gates that passed"),
  failedGates: fact("names", judged, "names of the gates that did not pass, or could not be run"),
  isReplayed: fact("flag", judged, "whether a cached result was used instead of an agent"),
  question: fact("text", ["question", "approval"], "the agent's, or the workflow's, question"),
  workflow: fact("text", ["approval"], "the workflow's name"),
  tool: fact("text", ["permission"], "the tool that the agent wants to use: `Bash`, `WebFetch`, `mcp__…`"),
  command: fact("text", ["permission"], "for `Bash`: the command; empty for other tools"),
  path: fact("path", ["permission"], "the file that the call is about, relative to the slot; empty without one"),
  url: fact("text", ["permission"], "the address that the call is about; empty without one"),
  limitUsd: fact("number", ["budget"], "the limit that was reached"),
} as const satisfies Readonly<Record<string, Fact>>;

export type FactName = keyof typeof factTable;

export const isFactName = (name: string): name is FactName => Object.hasOwn(factTable, name);

export const factNames: readonly FactName[] = Object.keys(factTable).filter(isFactName);

export const typeOfFact = (name: FactName): FactType => factTable[name].type;

/** Whether a fact is known at breakpoints of this kind. */
export function isKnownAt(name: FactName, kind: BreakpointKind): boolean {
  const { on }: Fact = factTable[name];
  return on.includes(kind);
}

/** `undefined` or absent: nobody knows, and nothing is approved because of it. */
export type FactValue = number | string | boolean | readonly string[] | undefined;
export type Facts = { readonly [Name in FactName]?: FactValue };
